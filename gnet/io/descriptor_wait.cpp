#include "gnet/io/descriptor_wait.h"

#include <algorithm>

namespace gnet::detail {

void DescriptorWait::Interest::wake_up(DescriptorInterest& interest) noexcept {
  DescriptorWait& woken = static_cast<Interest&>(interest).wait;
  woken.woken_ = true;
  woken.hub_.make_ready(woken.fiber_);
}

DescriptorWait::DescriptorWait(Scheduler& hub, std::span<pollfd> descriptors)
    : hub_(hub), fiber_(hub.running()) {
  ++hub_.poller().waiters;
  try {
    for (pollfd& descriptor : descriptors) {
      if (descriptor.fd < 0) continue;
      interests_.emplace_back(*this, descriptor);
      if (!DescriptorSet::current().add(interests_.back())) woken_ = true;
    }
  } catch (...) {
    cancel();
    throw;
  }
}

void DescriptorWait::cancel() noexcept {
  for (Interest& interest : interests_) DescriptorSet::remove(interest);
  --hub_.poller().waiters;
}

bool DescriptorWait::tells_closed() noexcept {
  if (std::ranges::none_of(interests_, &Interest::closed)) return false;
  for (Interest& interest : interests_) {
    interest.asked.revents = static_cast<short>(interest.closed ? POLLNVAL : 0);
  }
  return true;
}

}  // namespace gnet::detail
