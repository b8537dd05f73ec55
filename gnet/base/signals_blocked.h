// Keeps signals from a thread while others are made that inherit its mask.
//
//   const detail::SignalsBlocked blocked;
//   thread = std::thread(work);
//
// Threads: concerns the calling one; nothing may suspend while it exists.

#pragma once

#include <pthread.h>
#include <signal.h>

#include <initializer_list>

namespace gnet::detail {

class SignalsBlocked {
 public:
  // All but those that say that the thread itself has failed: in a new thread, blocked, they
  // would end the process before the handler of stack overflows could say why.
  SignalsBlocked() noexcept : SignalsBlocked(Faults::handled) {}

  // These too: of a process that shares this one's memory, and must run none of its handlers.
  static SignalsBlocked and_faults() noexcept { return SignalsBlocked(Faults::blocked); }

  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  enum class Faults { handled, blocked };

  explicit SignalsBlocked(Faults faults) noexcept {
    sigset_t signals;
    sigfillset(&signals);
    if (faults == Faults::handled) {
      for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&signals, own);
    }
    pthread_sigmask(SIG_SETMASK, &signals, &before_);
  }

  sigset_t before_;
};

}  // namespace gnet::detail
