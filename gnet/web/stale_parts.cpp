#include "gnet/web/stale_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "gnet/base/unique_fd.h"

namespace gnet::web::detail {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;
constexpr int kMostDepth = 32;

bool is_hex(std::string_view text, std::size_t digits) noexcept {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { closedir(folder); }
};

class Walk {
 public:
  Walk(StaleParts which, const std::atomic<bool>& stop) noexcept
      : which_(which),
        stop_(stop),
        oldest_(std::chrono::system_clock::now() -
                std::chrono::duration_cast<std::chrono::system_clock::duration>(which.age)) {}

  void run(UniqueFd fd, int depth) {
    const std::unique_ptr<DIR, CloseFolder> folder(fdopendir(fd.get()));
    if (!folder) return;
    const int at = fd.release();
    while (const dirent* const entry = readdir(folder.get())) {
      if (stop_ || ++entries_ > kMostEntries) return;
      const std::string_view name = entry->d_name;
      if (is_part_name(name)) {
        look_at(at, entry->d_name);
      } else if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) {
        if (name == "." || name == ".." || (name[0] == '.' && !which_.hidden)) continue;
        UniqueFd below(openat(at, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (below && depth < kMostDepth) run(std::move(below), depth + 1);
      }
    }
  }

  [[nodiscard]] std::size_t removed() const noexcept { return removed_; }

 private:
  void look_at(int folder, const char* name) {
    const UniqueFd file(openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec) > oldest_) return;
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return;
    if (unlinkat(folder, name, 0) == 0) ++removed_;
  }

  StaleParts which_;
  const std::atomic<bool>& stop_;
  std::chrono::system_clock::time_point oldest_;
  std::size_t entries_ = 0;
  std::size_t removed_ = 0;
};

}  // namespace

bool is_part_name(std::string_view name) noexcept {
  constexpr std::string_view kEnd = ".part";
  if (!name.ends_with(kEnd)) return false;
  name.remove_suffix(kEnd.size());
  for (const auto& [begin, digits] : {std::pair(std::string_view(".gnet-"), std::size_t{16}),
                                      std::pair(std::string_view(".upload-"), std::size_t{32})}) {
    if (name.starts_with(begin)) return is_hex(name.substr(begin.size()), digits);
  }
  return false;
}

std::size_t remove_stale_parts(int folder, StaleParts which, const std::atomic<bool>& stop) {
  Walk walk(which, stop);
  UniqueFd own(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (own) walk.run(std::move(own), 0);
  return walk.removed();
}

}  // namespace gnet::web::detail
