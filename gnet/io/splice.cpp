#include "gnet/io/splice.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/forks.h"
#include "gnet/io/broken_pipe.h"

namespace gnet::detail {
namespace {

struct Ends {
  UniqueFd out;  // to read from
  UniqueFd in;
  std::size_t room = 0;  // that it has, or was not given
};

constexpr std::size_t kUsualRoom = 64 * 1024;      // of a new one
constexpr std::size_t kLargestRoom = 1024 * 1024;  // that the kernel gives to everybody

// The pipes of a thread.
class Kept {
 public:
  // Null once they have gone, which is before the last fibers of the thread.
  static Kept* current() noexcept {
    if (gone_) return nullptr;
    thread_local Kept kept;
    // The child of a fork() shares those of its parent, whose bytes it would take.
    if (kept.forks_ != forks()) {
      kept.forks_ = forks();
      while (kept.count_ > 0) kept.pipes_[--kept.count_] = {};
    }
    return &kept;
  }

  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { gone_ = true; }

  Ends take() noexcept { return count_ > 0 ? std::exchange(pipes_[--count_], {}) : Ends{}; }
  void give(Ends ends) noexcept {
    if (count_ < pipes_.size()) pipes_[count_++] = std::move(ends);
  }

 private:
  Kept() noexcept = default;

  static thread_local bool gone_;
  std::array<Ends, 16> pipes_;
  std::size_t count_ = 0;
  unsigned forks_ = forks();
};

thread_local bool Kept::gone_ = false;

ssize_t splice_some(int from, int to, std::size_t most) noexcept {
  for (;;) {
    const ssize_t count =
        splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

SplicePipe::SplicePipe() : forks_(forks()) {
  if (Kept* const kept = Kept::current()) {
    Ends ends = kept->take();
    out_ = std::move(ends.out);
    in_ = std::move(ends.in);
    room_ = ends.room;
  }
  if (out_) return;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw_errno("cannot make a pipe");
  out_ = UniqueFd(ends[0]);
  in_ = UniqueFd(ends[1]);
  room_ = kUsualRoom;
}

SplicePipe::~SplicePipe() {
  // What is left inside would reach somebody else, and so would what a parent has in it.
  if (size_ > 0 || forks_ != forks()) return;
  if (Kept* const kept = Kept::current()) kept->give({std::move(out_), std::move(in_), room_});
}

ssize_t SplicePipe::fill(int source, std::size_t most) noexcept {
  // The more go at once, the less each of them costs. A user who has many pipes gets no more, which
  // is not asked for again.
  if (most > room_) {
    fcntl(in_.get(), F_SETPIPE_SZ, static_cast<int>(std::min<std::size_t>(most, kLargestRoom)));
    room_ = most;
  }
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
