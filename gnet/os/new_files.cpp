#include "gnet/os/new_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"

namespace gnet {
namespace {

// A file that is complete, beside where it will be.
class Draft {
 public:
  explicit Draft(const NewFile& file) : path_(file.path), what_("cannot write " + file.path) {
    refuse_nul(path_, what_, "its name");
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == path_.npos ? "" : path_.substr(0, slash + 1);
    UniqueFd fd;
    for (int tries = 0; !fd; ++tries) {
      draft_ = fmt::format("{}.gnet-{}-{}", folder, getpid(), tries);
      fd = UniqueFd(
          open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode));
      if (!fd && (errno != EEXIST || tries == 1000)) {
        draft_.clear();
        throw_errno(what_);
      }
    }
    try {
      write_all(fd.get(), file.content);
      if (fsync(fd.get()) != 0 && errno != EINVAL && errno != EROFS) throw_errno(what_);
    } catch (...) {
      drop();
      throw;
    }
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() { drop(); }

  void check_free() const {
    struct stat status {};
    if (lstat(path_.c_str(), &status) == 0) throw_errno(EEXIST, what_);
  }

  void publish(IfThere if_there) {
    struct stat there {};
    if (lstat(path_.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode) &&
        if_there == IfThere::replace) {
      throw SystemError(std::make_error_code(std::errc::not_supported), what_,
                        "there is something that is no file");
    }
    // link(2) never replaces what somebody else has put there meanwhile.
    const int result = if_there == IfThere::replace ? std::rename(draft_.c_str(), path_.c_str())
                                                    : link(draft_.c_str(), path_.c_str());
    if (result != 0) throw_errno(what_);
    if (if_there == IfThere::replace) draft_.clear();
    published_ = true;
  }

  void withdraw() noexcept {
    if (published_) unlink(path_.c_str());
  }

 private:
  void write_all(int fd, std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = write(fd, text.data(), text.size());
      if (count < 0 && errno != EINTR) throw_errno(what_);
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void drop() noexcept {
    if (!draft_.empty()) unlink(draft_.c_str());
    draft_.clear();
  }

  const std::string path_;
  const std::string what_;
  std::string draft_;
  bool published_ = false;
};

}  // namespace

void create_files(const std::vector<NewFile>& files, IfThere if_there) {
  std::vector<std::unique_ptr<Draft>> drafts;
  for (const NewFile& file : files) {
    drafts.push_back(std::make_unique<Draft>(file));
    if (if_there == IfThere::refuse) drafts.back()->check_free();
  }
  try {
    for (const auto& draft : drafts) draft->publish(if_there);
  } catch (...) {
    if (if_there == IfThere::refuse) {
      for (const auto& draft : drafts) draft->withdraw();
    }
    throw;
  }
}

void create_folders(const std::string& path, mode_t mode) {
  refuse_nul(path, "cannot make " + path, "its name");
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    struct stat status {};
    if (mkdir(part.c_str(), mode) != 0) {
      const int error = errno;
      const bool is_folder = stat(part.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
      if (!is_folder) throw_errno(error, "cannot make " + part);
    }
    if (end == path.npos || end + 1 == path.size()) return;
  }
}

}  // namespace gnet
