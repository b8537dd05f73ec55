#include "gnet/sync/grant_queue.h"

#include <string>

#include "gnet/base/error.h"

namespace gnet {

using detail::Waiter;

GrantQueue::~GrantQueue() {
  if (Hub::current_if_any() != &hub_) return;
  for (auto* list : {&waiting_, &granted_}) {
    while (Waiter* waiter = list->pop_front()) {
      waiter->abandoned = true;
      hub_.wake(*waiter);
    }
  }
}

void GrantQueue::dismiss() {
  hub_.check_thread();
  while (Waiter* waiter = waiting_.pop_front()) hub_.wake(*waiter);
}

void GrantQueue::revoke() {
  hub_.check_thread();
  while (Waiter* waiter = granted_.pop_front()) static_cast<Ticket*>(waiter)->granted = false;
  granted_count_ = 0;
}

void GrantQueue::throw_destroyed(const detail::WaitKind& kind) {
  throw Misuse(std::string("destroyed while a fiber waits for it: ") + kind.name);
}

}  // namespace gnet
