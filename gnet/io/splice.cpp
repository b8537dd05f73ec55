#include "gnet/io/splice.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <tuple>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/io/broken_pipe.h"

namespace gnet::detail {
namespace {

using Ends = std::pair<UniqueFd, UniqueFd>;  // to read from, to write to

constexpr std::size_t kKept = 16;  // pipes a thread

std::vector<Ends>& kept_pipes() {
  thread_local std::vector<Ends> pipes;
  return pipes;
}

ssize_t splice_some(int from, int to, std::size_t most) noexcept {
  for (;;) {
    const ssize_t count =
        splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

SplicePipe::SplicePipe() {
  auto& kept = kept_pipes();
  if (!kept.empty()) {
    std::tie(out_, in_) = std::move(kept.back());
    kept.pop_back();
    return;
  }
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw_errno("cannot make a pipe");
  out_ = UniqueFd(ends[0]);
  in_ = UniqueFd(ends[1]);
}

SplicePipe::~SplicePipe() {
  // What is left inside would reach somebody else.
  if (size_ > 0) return;
  auto& kept = kept_pipes();
  if (kept.size() == kKept) return;
  try {
    kept.emplace_back(std::move(out_), std::move(in_));
  } catch (const std::bad_alloc&) {
    // Then it is closed.
  }
}

ssize_t SplicePipe::fill(int source, std::size_t most) noexcept {
  const ssize_t count = splice_some(source, in_.get(), most);
  if (count > 0) size_ += static_cast<std::size_t>(count);
  return count;
}

ssize_t SplicePipe::drain(int sink) noexcept {
  NoBrokenPipeSignal no_signal;
  const ssize_t count = no_signal.note_steps(splice_some(out_.get(), sink, size_), size_);
  if (count > 0) size_ -= static_cast<std::size_t>(count);
  return count;
}

ssize_t SplicePipe::take(char* buffer, std::size_t size) noexcept {
  const ssize_t count = ::read(out_.get(), buffer, std::min(size, size_));
  if (count > 0) size_ -= static_cast<std::size_t>(count);
  return count;
}

}  // namespace gnet::detail
