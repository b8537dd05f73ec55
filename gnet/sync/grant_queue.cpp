#include "gnet/sync/grant_queue.h"

namespace gnet {

using detail::Waiter;

GrantQueue::~GrantQueue() {
  if (detail::Scheduler::current_if_any() != &hub_) return;
  for (auto* list : {&waiting_, &granted_}) {
    while (Waiter* waiter = list->pop_front()) {
      waiter->abandoned = true;
      hub_.wake(*waiter);
    }
  }
}

void GrantQueue::dismiss() noexcept {
  while (Waiter* waiter = waiting_.pop_front()) hub_.wake(*waiter);
}

void GrantQueue::revoke() noexcept {
  while (Waiter* waiter = granted_.pop_front()) static_cast<Ticket*>(waiter)->granted = false;
  granted_count_ = 0;
}

}  // namespace gnet
