#include "gnet/sync/channel.h"

#include <algorithm>

#include "gnet/base/error.h"

namespace gnet {

ChannelClosed::ChannelClosed() : QueueClosed("the channel is closed") {}

void detail::ChannelUsers::check_running() const {
  const FiberControl* running = detail::Scheduler::current().running_if_any();
  if (running != nullptr && std::ranges::find(*ids_, running->id) != ids_->end()) return;
  const std::string who = running != nullptr ? running->display_name() : "a callback of the hub";
  throw Misuse(who + " uses a Channel that is reserved for others");
}

void detail::ChannelUsers::others(const FiberControl& waiter, Enders& enders) {
  const auto& users = *static_cast<const ChannelUsers*>(waiter.waits_on);
  if (!users.ids_) return;
  enders.which = Enders::Which::any;
  waiter.hub->for_each_fiber([&](const FiberControl& fiber) {
    if (&fiber == &waiter || std::ranges::find(*users.ids_, fiber.id) == users.ids_->end()) return;
    enders.fibers.push_back(&fiber);
  });
}

}  // namespace gnet
