// Waiters to whom things are handed one by one, in the order in which they came.
//
// What a Semaphore's permits and a Queue's items have in common: one that comes
// free belongs at once to whoever has waited longest, so that nobody can snatch it
// before that fiber runs. A fiber that is interrupted between the two gives it
// back. Destroying the queue tells both those who wait and those who were granted
// something and have not run yet.
//
//   if (permits_ > 0) return --permits_, true;
//   return waiters_.wait(kKind, this, deadline, [this] { release(); }) == Granted::yes;
//
// Threads: a GrantQueue belongs to the hub on which it was made; the primitive
// around it checks that.

#pragma once

#include "gnet/fiber/scheduler.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

// How a wait for a grant ended.
enum class Granted : unsigned char { yes, deadline_passed, dismissed };

class GrantQueue {
 public:
  // A place in the queue. One that is not a fiber's own, as wait() makes it, is told by
  // its callback, and has to be redeemed.
  struct Ticket : detail::Waiter {
    using Waiter::Waiter;
    bool granted = false;
  };

  GrantQueue() : hub_(detail::Scheduler::current()) {}
  GrantQueue(const GrantQueue&) = delete;
  GrantQueue& operator=(const GrantQueue&) = delete;
  ~GrantQueue();

  [[nodiscard]] detail::Scheduler& hub() const noexcept { return hub_; }

  // How many wait and have been granted nothing. Counts by walking.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

  // The fiber that grant_one() would grant to, or null.
  [[nodiscard]] detail::FiberControl* first_waiting() noexcept {
    return waiting_.empty() ? nullptr : waiting_.front().fiber;
  }

  // How many have been granted something and have not run since.
  [[nodiscard]] std::size_t granted() const noexcept { return granted_count_; }

  // Suspends until granted, dismissed or the deadline has passed. When the fiber is
  // interrupted after it was granted something, calls `give_back()`, which must not
  // suspend. Throws Misuse when the queue is destroyed meanwhile.
  template <typename GiveBack>
  [[gnu::always_inline]] Granted wait(const detail::WaitKind& kind, const void* object,
                                      Deadline deadline, GiveBack&& give_back) {
    Ticket ticket(&hub_.running());
    waiting_.push_back(ticket);
    try {
      while (!ticket.signalled) {
        if (deadline.is_never()) {
          hub_.park(kind, object);
        } else if (!hub_.park(kind, object, deadline) && !ticket.signalled) {
          return Granted::deadline_passed;
        }
      }
    } catch (...) {
      if (!ticket.abandoned && ticket.granted) {
        redeem(ticket);
        give_back();
      }
      throw;
    }
    if (ticket.abandoned) [[unlikely]]
      detail::throw_destroyed(kind);
    if (!ticket.granted) return Granted::dismissed;
    redeem(ticket);
    return Granted::yes;
  }

  void add(Ticket& ticket) noexcept { waiting_.push_back(ticket); }

  // What was granted has been used.
  void redeem(Ticket& ticket) noexcept {
    ticket.unlink();
    --granted_count_;
  }

  // Grants to the one that has waited longest. False: nobody waits.
  bool grant_one() noexcept {
    auto* ticket = static_cast<Ticket*>(waiting_.pop_front());
    if (ticket == nullptr) return false;
    grant(*ticket);
    return true;
  }

  // Wakes all that wait without granting them anything.
  void dismiss() noexcept;

  // Takes back what was granted to those that have not run since: they are
  // dismissed instead.
  void revoke() noexcept;

 private:
  void grant(Ticket& ticket) noexcept {
    ticket.granted = true;
    granted_.push_back(ticket);
    ++granted_count_;
    hub_.wake(ticket);
  }

  detail::Scheduler& hub_;
  detail::WaiterList waiting_;
  detail::WaiterList granted_;  // of whom the destructor must know as well
  std::size_t granted_count_ = 0;
};

}  // namespace gnet
