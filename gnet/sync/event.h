// A broadcast flag that fibers wait on.
//
// An Event starts clear. wait() parks the calling fiber until another calls
// set(); from then on every wait() returns at once, until clear(). Setting wakes
// all waiters in the order in which they came, and none of them runs before the
// setter itself suspends.
//
//   gnet::Event ready;
//   auto server = gnet::spawn([&] { listen(); ready.set(); });
//   ready.wait();
//
// Threads: an Event belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include "gnet/sync/wait_queue.h"

namespace gnet {

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  [[nodiscard]] bool is_set() const noexcept { return set_; }

  // Wakes every waiter. Setting an Event twice is not an error.
  void set();

  // Makes later calls to wait() block again. Fibers already woken stay woken.
  void clear();

  // Suspends until the Event is set.
  void wait() { static_cast<void>(wait(Deadline::never())); }

  // As wait(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool wait(Deadline deadline);

  // Waitable, see gnet/fiber/wait.h.
  [[nodiscard]] bool ready() const noexcept { return set_; }
  void add_waiter(detail::Waiter& waiter) const { waiters_.add(waiter); }

 private:
  bool set_ = false;
  mutable WaitQueue waiters_;
};

}  // namespace gnet
