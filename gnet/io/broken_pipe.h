// Writing where nobody reads any more as an error only, not as a signal that ends the
// process. send() has a flag for that; write() and sendfile() have not. Where the process ignores
// the signal there is nothing to do.
//
//   detail::NoBrokenPipeSignal no_signal;
//   const ssize_t count = no_signal.note(::write(fd, data, size));
//
// Threads: concerns the calling one; nothing may suspend while it exists.

#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

namespace gnet::detail {

// While one exists, this thread gets no SIGPIPE; one that comes is taken away.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    struct sigaction action {};
    if (sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) return;
    blocks_ = true;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;
  ~NoBrokenPipeSignal() {
    if (!blocks_) return;
    const int saved = errno;
    if (came_) {
      const timespec at_once{};
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = saved;
  }
  // What the write returned.
  ssize_t note(ssize_t result) noexcept {
    came_ = result < 0 && errno == EPIPE && could_come();
    return result;
  }

  // The same of a call that writes in steps, as splice() does: the last one may have failed after
  // others that count, and only the signal tells.
  ssize_t note_steps(ssize_t result, std::size_t wanted) noexcept {
    came_ =
        could_come() && (result < 0 ? errno == EPIPE : static_cast<std::size_t>(result) < wanted);
    return result;
  }

 private:
  [[nodiscard]] bool could_come() const noexcept {
    return blocks_ && sigismember(&before_, SIGPIPE) == 0;
  }

  sigset_t pipe_;
  sigset_t before_;
  bool blocks_ = false;
  bool came_ = false;
};

}  // namespace gnet::detail
