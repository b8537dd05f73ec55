#include "gnet/sync/wait_queue.h"

#include "gnet/base/error.h"

namespace gnet {

void detail::throw_destroyed(const WaitKind& kind) {
  throw Misuse(std::string("destroyed while a fiber waits for it: ") + kind.name);
}

WaitQueue::~WaitQueue() {
  if (waiters_.empty() || detail::Scheduler::current_if_any() != &hub_) return;
  while (detail::Waiter* waiter = waiters_.pop_front()) {
    waiter->abandoned = true;
    hub_.wake(*waiter);
  }
}

bool WaitQueue::wait(detail::Waiter& waiter, const detail::WaitKind& kind, const void* object,
                     Deadline deadline) {
  hub_.check_thread();
  waiters_.push_back(waiter);
  while (!waiter.signalled) {
    if (!hub_.park(kind, object, deadline) && !waiter.signalled) return false;
  }
  if (waiter.abandoned) detail::throw_destroyed(kind);
  return true;
}

void WaitQueue::notify_all() {
  hub_.check_thread_or_ended();
  // Those that come while this round goes on belong to the next.
  detail::WaiterList round;
  round.take_all(waiters_);
  while (detail::Waiter* waiter = round.pop_front()) hub_.wake(*waiter);
}

}  // namespace gnet
