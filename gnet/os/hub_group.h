// Several hubs that share the work: that of the thread which makes the group, and
// one on each of its own threads.
//
// A fiber stays on its hub for life; what is spread over the group is whole tasks,
// such as connections. Hubs share nothing: they send each other functions to run.
//
//   gnet::HubGroup hubs(4);                               // this thread and three more
//   hubs.post(2, [] { gnet::spawn(serve_orders); });
//   const int count = hubs.run(2, [] { return orders_served; });
//
// The hubs of its threads live until stop(), whether they have work or not. Signals
// that come from outside are left to other threads.
//
// Threads: a group belongs to the hub on which it was made, its hub 0. size(),
// index(), post() and run() may be used on any hub of the group.

#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "gnet/base/unique_function.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/sync/async_result.h"

namespace gnet {

class HubGroup {
 public:
  // Starts size - 1 threads, called `name`-1 and so on. Throws std::system_error when
  // one cannot be had, and Misuse for a size of 0.
  explicit HubGroup(std::size_t size, std::string name = "hub");
  HubGroup(const HubGroup&) = delete;
  HubGroup& operator=(const HubGroup&) = delete;
  ~HubGroup() { stop(); }

  // How many hubs it has.
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

  // The number of the calling thread's hub. Throws Misuse when it is none of them.
  [[nodiscard]] std::size_t index() const;

  // Runs `callback` on that hub, after those posted before by the same thread. It must
  // not suspend, but may spawn. False, and the callback dropped, once the hub has ended.
  bool post(std::size_t hub, UniqueFunction<void()> callback);

  // Runs `function` in a fiber of that hub, and suspends until it has returned; passes on
  // its result, or what it throws. Nothing interrupts the wait, because `function`
  // may use what the caller owns: it is to be short. Throws ResultAbandoned when the hub has
  // ended.
  template <typename F>
  std::invoke_result_t<F&> run(std::size_t hub, F&& function) {
    using Result = std::invoke_result_t<F&>;
    if (is_current(hub)) return function();
    const Uninterruptible wait_out;
    AsyncResult<Result> result;
    post(hub, [setter = result.setter(), &function]() mutable {
      spawn([setter = std::move(setter), &function]() mutable { answer(setter, function); });
    });
    return std::move(result).get();
  }

  // Ends the threads and their hubs; fibers left on them are killed. Blocks this
  // thread until that is done: end first what may take long.
  void stop() noexcept;

  // Whether stop() has been called: only hub 0 is left.
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }

  // ---- who does how much; for hub 0 ----

  // The hub with the fewest tasks, the first of them if there are several.
  [[nodiscard]] std::size_t least_busy() const;

  // A task begins on that hub, or has ended. Hub 0 does not run out of work while others have
  // some.
  void begin_task(std::size_t hub);
  void end_task(std::size_t hub);

 private:
  struct Member {
    detail::Scheduler* hub = nullptr;
    std::shared_ptr<Mailbox> mailbox;
    std::size_t tasks = 0;
    std::optional<AsyncResult<>::Setter> stop = std::nullopt;  // not of hub 0
    std::thread thread = {};
  };

  static Member start(std::string name);
  [[nodiscard]] bool is_current(std::size_t hub) const {
    return members_.at(hub).hub == detail::Scheduler::current_if_any();
  }

  template <typename Setter, typename F>
  static void answer(Setter& setter, F& function) {
    std::exception_ptr error;
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
        function();
        setter.set();
      } else {
        setter.set(function());
      }
    } catch (const Interrupt&) {
      throw;  // the hub ends
    } catch (...) {
      error = std::current_exception();
    }
    // Not before the handler has let go of it: it is the caller's alone.
    if (error) setter.set_exception(std::move(error));
  }

  std::vector<Member> members_;
  std::size_t tasks_elsewhere_ = 0;
  std::optional<detail::Scheduler::KeepAlive> keep_alive_;  // while there are any
  std::atomic<bool> stopped_{false};
  const pid_t process_ = getpid();  // whose threads they are
};

}  // namespace gnet
