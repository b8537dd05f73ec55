#include "cli/line/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/out/failure.h"
#include "gnet/base/unique_fd.h"

namespace cli {
namespace {

constexpr std::size_t kMost = 16 << 20;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw Failure(Exit::io, fmt::format("cannot read {}: {}", path, reason));
}

}  // namespace

std::string read_file(const std::string& path) {
  const gnet::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) fail(path, error_text(errno));
  std::string text;
  std::vector<char> part(64 * 1024);
  for (;;) {
    const ssize_t count = read(fd.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, error_text(errno));
    if (count == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
    if (text.size() > kMost) fail(path, "it is larger than 16 MiB");
  }
}

}  // namespace cli
