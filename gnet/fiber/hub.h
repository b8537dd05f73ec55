// What runs the fibers of a thread.
//
// A thread's hub is made by the first call that needs one. The thread itself becomes the
// hub's main fiber; the hub has a stack of its own, on which it polls and runs callbacks
// when no fiber is ready. A fiber that suspends switches straight to the next ready one.
// Fibers run in the order in which they became ready.
//
//   gnet::Hub& hub = gnet::Hub::current();
//   std::thread([mailbox = hub.mailbox()] { mailbox->post([] { done.set(); }); }).detach();
//
// When its thread ends, which for main() is the return from it and exit(), the hub ends: every
// fiber that is left is killed, once, and has up to two seconds for its clean-up, in which it may
// suspend. What has not ended then is reported with what it waits for, and never runs again. This
// happens while thread_local objects are destroyed: after main()'s own objects, and before static
// ones. exit() called by another fiber than main, _exit(), quick_exit() and a signal end the
// process without it.
//
// In the child of a fork() the fiber that called it is the only one, on a hub that shares nothing
// with the parent's; the child ends when that fiber does. The others never run there and are not
// unwound; handles to them say that they were killed, and their links are not called. Nor are
// callbacks that were waiting, and hubs of other threads take no more letters. Its sockets, its
// Timeouts and the handlers of signals go on; what was waited for with use_fiber goes on as Asio
// says of notify_fork(). The connections of servers are the parent's; but a child that returns from
// a callback, or goes on in a handler, serves that connection beside its parent: it is to leave by
// _exit(), or the parent to close its own. The parent does not notice. Locks that other fibers held
// stay locked: to run a program use Popen, which none of this concerns.
//
// Threads: a Hub belongs to its thread; only post() and a Mailbox may be used from others.

#pragma once

#include <exception>
#include <memory>
#include <string>

#include "gnet/base/function.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/base/unique_function.h"
#include "gnet/fiber/deadline.h"

namespace asio {
class io_context;
}

namespace gnet {

class Mailbox;

namespace detail {
class Scheduler;
}

// A callback that waits for its turn in the ready queue.
class Deferred {
 public:
  [[nodiscard]] bool pending() const noexcept;

  // Prevents a pending callback from running.
  void stop() noexcept;

 private:
  friend class detail::Scheduler;
  friend class Hub;
  struct State;
  std::shared_ptr<State> state_;
};

class Hub {
 public:
  // Called with a fiber's display name and spawn site, and the exception that its
  // body ended with and that nobody retrieved.
  using ErrorHandler = std::function<void(const std::string& fiber, std::exception_ptr error)>;

  // The calling thread's hub; made when there is none. Throws Misuse after the
  // thread's hub has ended, that is in destructors of static objects.
  [[nodiscard]] static Hub& current();

  // The calling thread's hub, or null.
  [[nodiscard]] static Hub* current_if_any() noexcept;

  // Whether the calling thread has had a hub, which has ended: what still runs are destructors of
  // static objects. They may close, stop, set and release what belonged to it, which wakes nobody
  // any more; whatever would have to wait throws Misuse.
  [[nodiscard]] static bool ended() noexcept;

  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Throws Misuse when called on another thread.
  void check_thread() const;

  // ---- callbacks ----

  // Runs `callback` on the hub, in the order of the ready queue. It must not
  // suspend; what it throws goes to the error handler.
  Deferred defer(UniqueFunction<void()> callback);

  // As defer(), from any thread, while the hub lives. Wakes the hub's thread.
  void post(UniqueFunction<void()> callback);

  // The hub's letter box, which may outlive it.
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const noexcept;

  // ---- life ----

  // Suspends until nothing is left to do: no fiber ready, no timer, no descriptor
  // waited for, no KeepAlive. False when the deadline passed first.
  bool wait_idle(Deadline deadline);

  // Has wait_idle() return true, now and from now on, whatever is left to do: the
  // program is to end. `false` takes it back.
  void end_waiting(bool ended = true);

  // While one exists, the hub considers work elsewhere (another thread) a reason
  // to go on. Made and destroyed on the hub's thread; destroying it later than the
  // hub is harmless.
  class KeepAlive {
   public:
    explicit KeepAlive(Hub& hub) noexcept;
    KeepAlive(const KeepAlive&) = delete;
    KeepAlive& operator=(const KeepAlive&) = delete;
    ~KeepAlive();

   private:
    Hub& hub_;
  };

  // Has a function called when the hub is about to end, in the thread's own fiber: main() has
  // returned, exit() was called by its fiber, or the thread ends. All fibers are still there, and
  // it may suspend; what it throws is reported. The last one made is called first; once destroyed
  // it is not called.
  class AtEnd : ListHook {
   public:
    AtEnd(Hub& hub, UniqueFunction<void()> function);

   private:
    friend class detail::Scheduler;
    friend class IntrusiveList<AtEnd>;
    UniqueFunction<void()> function_;
  };

  // ---- errors, and what everybody waits for ----

  // Replaces what is done with errors that nobody retrieves; by default they are
  // logged. What the handler throws is dropped.
  void set_error_handler(ErrorHandler handler);

  // Every fiber that waits: name, spawn site, what for, who holds it.
  [[nodiscard]] std::string wait_graph();

  // ---- Asio ----

  // Asio's loop, made on first use; from then on it is the outer loop of this
  // thread, and asynchronous operations of Asio complete while fibers wait. The hub alone drives
  // it: run() and poll() of it are for nobody else, and what suspends in a handler that a fiber
  // runs so throws Misuse, as in one that the hub runs. A program that includes Asio is compiled
  // with the definitions of gnet's CMake target or pkg-config file: what one file takes from Asio's
  // memory another gives back. So macros that change how Asio is laid out or allocates
  // (ASIO_ENABLE_HANDLER_TRACKING, ASIO_ENABLE_BUFFER_DEBUGGING, ASIO_DISABLE_THREADS,
  // ASIO_DISABLE_SMALL_BLOCK_RECYCLING, ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE, …) are for all files
  // or none, the library's among them.
  asio::io_context& io_context();

 protected:
  Hub() = default;
  ~Hub() = default;

 private:
  [[nodiscard]] detail::Scheduler& scheduler() noexcept;
  [[nodiscard]] const detail::Scheduler& scheduler() const noexcept;
};

}  // namespace gnet
