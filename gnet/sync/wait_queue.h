// The fibers that wait for something, in the order in which they came.
//
// What every primitive of gnet/sync is made of. A fiber that leaves its wait by an
// interrupt or at its deadline leaves the queue as well; destroying the queue under
// its waiters is misuse, which the waiters are told.
//
//   while (!condition) if (!waiters_.wait(kKind, this, deadline)) return false;
//
// Threads: a WaitQueue belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include "gnet/fiber/scheduler.h"

namespace gnet {
namespace detail {

// Throws Misuse: what a fiber waited for is gone.
[[noreturn]] void throw_destroyed(const WaitKind& kind);

}  // namespace detail

class WaitQueue {
 public:
  WaitQueue() : hub_(detail::Scheduler::current()) {}
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;
  ~WaitQueue();

  [[nodiscard]] detail::Scheduler& hub() const noexcept { return hub_; }
  [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiters_.size(); }

  // Suspends until notified. False: the deadline passed first. Throws Misuse when
  // the queue is destroyed meanwhile.
  bool wait(const detail::WaitKind& kind, const void* object,
            Deadline deadline = Deadline::never()) {
    detail::Waiter waiter(&hub_.running());
    return wait(waiter, kind, object, deadline);
  }

  // As above, with a waiter whose `signalled` the caller wants to see after an
  // interrupt: what it was given has to be handed on.
  bool wait(detail::Waiter& waiter, const detail::WaitKind& kind, const void* object,
            Deadline deadline);

  // Wakes the one that has waited longest. False: nobody waits.
  bool notify_one() {
    hub_.check_thread_or_ended();
    detail::Waiter* first = waiters_.pop_front();
    if (first == nullptr) return false;
    hub_.wake(*first);
    return true;
  }

  void notify_all();

  // Unlinks the one that has waited longest, for the caller to wake; null: nobody
  // waits.
  detail::Waiter* take_first() noexcept { return waiters_.pop_front(); }

  // Appends a waiter that is not a fiber's.
  void add(detail::Waiter& waiter) {
    hub_.check_thread();
    waiters_.push_back(waiter);
  }

 private:
  detail::Scheduler& hub_;
  detail::WaiterList waiters_;
};

}  // namespace gnet
