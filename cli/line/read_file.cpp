#include "cli/line/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/out/failure.h"
#include "gnet/base/unique_fd.h"

namespace cli {
namespace {

constexpr std::size_t kMost = 16 << 20;

// Somebody may write to the file while it is read: half of the old and half of the new is neither.
constexpr int kTries = 10;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw Failure(Exit::io, fmt::format("cannot read {}: {}", path, reason));
}

// What tells that a file is as it was; those of /proc have no size, and always another time.
struct State {
  explicit State(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    size = status.st_size;
    seconds = status.st_mtim.tv_sec;
    nanoseconds = status.st_mtim.tv_nsec;
  }
  [[nodiscard]] bool operator==(const State&) const = default;

  off_t size = 0;
  time_t seconds = 0;
  long nanoseconds = 0;
};

std::string read_all(int fd, const std::string& path) {
  std::string text;
  std::vector<char> part(64 * 1024);
  for (;;) {
    const ssize_t count = read(fd, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, error_text(errno));
    if (count == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
    if (text.size() > kMost) fail(path, "it is larger than 16 MiB");
  }
}

}  // namespace

std::string read_file(const std::string& path) {
  for (int tries = 0; tries < kTries; ++tries) {
    const gnet::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) fail(path, error_text(errno));
    const State before(fd.get());
    std::string text = read_all(fd.get(), path);
    if (State(fd.get()) == before) return text;
  }
  fail(path, "it changes while it is read");
}

}  // namespace cli
