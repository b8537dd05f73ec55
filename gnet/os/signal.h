// Signals, as things that happen to a hub: fibers wait for them or handle them.
//
// While something here is interested in a signal, it does nothing else to the
// process: not its default action, and also not nothing, where it was inherited as
// ignored (a shell does that to SIGINT of what it starts with `&`). Afterwards it
// does what it did before.
//
//   auto reload = gnet::on_signal(SIGHUP, [](int) { read_configuration(); });
//   int why = gnet::wait_signal({SIGINT, SIGTERM});
//
// Each hub that is interested gets each signal. Several of one kind that come
// before the hub looks may arrive as one, as is the way of signals.
//
// Threads: what is made here belongs to the calling hub.

#pragma once

#include <csignal>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "gnet/base/unique_function.h"
#include "gnet/fiber/deadline.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

namespace detail {
struct SignalSubscription;
}

// What keeps a signal handled; moves, and ends with its scope.
class SignalHandler {
 public:
  // Handles nothing.
  SignalHandler() noexcept;
  SignalHandler(SignalHandler&& other) noexcept;
  SignalHandler& operator=(SignalHandler&& other) noexcept;
  ~SignalHandler();

  explicit operator bool() const noexcept { return subscription_ != nullptr; }

  // The function is not called again. Fibers that run it run on.
  void cancel() noexcept;

 private:
  friend SignalHandler on_signal(int, UniqueFunction<void(int)>);
  friend SignalHandler exit_on_signal(int);
  friend class Signals;

  explicit SignalHandler(std::shared_ptr<detail::SignalSubscription> subscription) noexcept;

  std::shared_ptr<detail::SignalSubscription> subscription_;
};

// Calls `function` with the signal's number each time that it comes, in a fiber of
// its own; it may suspend, and be called again meanwhile. A handler alone does not
// keep the hub alive. Throws std::system_error for what cannot be handled.
[[nodiscard]] SignalHandler on_signal(int signal, UniqueFunction<void(int)> function);

// Has the signal end the process at once, with status 128 + signal, also when no
// fiber gets to run any more: nothing is unwound or flushed. For the second Ctrl-C.
[[nodiscard]] SignalHandler exit_on_signal(int signal);

// Collects signals from its construction on, so that none is missed between two
// waits.
//
//   gnet::Signals signals({SIGHUP, SIGTERM});
//   while (signals.wait() == SIGHUP) reload();
class Signals {
 public:
  Signals(std::initializer_list<int> signals);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  // Suspends until one has come, and takes it. Waiting keeps the hub alive.
  int wait();

  // As wait(); nothing at the deadline.
  [[nodiscard]] std::optional<int> wait(Deadline deadline);

 private:
  std::deque<int> received_;
  WaitQueue waiters_;
  std::vector<SignalHandler> handlers_;
};

// Suspends until one of the signals comes; its number. Those that come before are
// not seen: use Signals to wait more than once.
int wait_signal(std::initializer_list<int> signals);
[[nodiscard]] std::optional<int> wait_signal(std::initializer_list<int> signals, Deadline deadline);

}  // namespace gnet
