#include "cli/client/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/out/failure.h"
#include "gnet/fiber/fiber.h"

namespace cli {
namespace {

constexpr std::size_t kLongest = 1024 * 1024;

bool can_wait_for_input() {
  struct stat status {};
  if (fstat(STDIN_FILENO, &status) != 0) return false;
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(STDIN_FILENO) == 1;
}

bool is_ready() {
  pollfd ready{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return poll(&ready, 1, 0) == 1;
}

}  // namespace

Input::Input() {
  if (!can_wait_for_input()) return;
  gnet::UniqueFd copy(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (copy) socket_ = gnet::Socket(std::move(copy), gnet::Socket::NonBlocking{});
}

std::optional<std::string> Input::line() {
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos || buffer_.size() >= kLongest || (ended_ && !buffer_.empty())) {
      const std::size_t size = end != std::string::npos ? end + 1 : buffer_.size();
      std::string line = buffer_.substr(0, size);
      buffer_.erase(0, size);
      return line;
    }
    if (ended_) return std::nullopt;
    ended_ = !fill();
  }
}

std::string_view Input::some() {
  while (buffer_.empty() && !ended_) ended_ = !fill();
  given_.clear();
  given_.swap(buffer_);
  return given_;
}

bool Input::fill() {
  gnet::yield();  // a file, and whoever always writes, never makes anybody wait
  while (socket_.is_open() && !is_ready()) {
    socket_.exhausted();
    socket_.wait_readable();
  }
  std::array<char, 16 * 1024> bytes{};
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return true;
  if (count < 0) throw Failure(Exit::io, "cannot read standard input: " + error_text(errno));
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace cli
