#include "gnet/fiber/wait.h"

#include <algorithm>

#include "gnet/base/error.h"

namespace gnet {
namespace detail {

WaitSet::WaitSet() : hub_(detail::Scheduler::current()), fiber_(hub_.running()) {}

WaitSet::Entry::Entry(WaitSet& set, std::size_t index) noexcept
    : Waiter([](Waiter& waiter) noexcept {
        auto& self = static_cast<Entry&>(waiter);
        self.set.done_.push_back(self.index);
        if (self.abandoned) self.set.abandoned_ = true;
        self.set.hub_.make_ready(self.set.fiber_);
      }),
      set(set),
      index(index) {
  // Room for every index now, so that the wake cannot fail.
  set.done_.reserve(set.entries_.size() + 1);
}

std::vector<std::size_t> WaitSet::wait(const WaitOptions& options) {
  static constexpr WaitKind kWaitSet{"one of several things", nullptr, nullptr, enders,
                                     "among them"};
  enough_ = std::min(options.count, entries_.size());
  hub_.checkpoint();
  while (done_.size() < enough_) {
    if (!hub_.park(kWaitSet, this, options.deadline)) break;
  }
  if (abandoned_) throw Misuse("something was destroyed while a fiber waits for it");
  return done_;
}

// Known where all have to happen, or one more of those that are fibers.
void WaitSet::enders(const FiberControl& waiter, Enders& enders) {
  const auto& set = *static_cast<const WaitSet*>(waiter.waits_on);
  std::size_t others = 0;
  for (const auto& entry : set.entries_) {
    if (std::ranges::find(set.done_, entry->index) != set.done_.end()) continue;
    if (entry->fiber == nullptr) {
      ++others;
    } else {
      enders.fibers.push_back(entry->fiber);
    }
  }
  if (set.enough_ == set.entries_.size()) {
    enders.which = Enders::Which::all;
  } else if (set.enough_ == set.done_.size() + 1 && others == 0) {
    enders.which = Enders::Which::any;
  }
}

}  // namespace detail

void killall(const std::vector<AnyFiber*>& fibers, std::exception_ptr error, Deadline deadline) {
  const TimePoint since = Clock::now();
  AnyFiber* self = nullptr;
  for (AnyFiber* fiber : fibers) {
    if (fiber->id() == this_fiber::id()) {
      self = fiber;
    } else {
      fiber->kill_async(error);
    }
  }
  if (self != nullptr) self->kill_async(error);
  const std::size_t ended = joinall(fibers, {.deadline = deadline}).size();
  if (ended < fibers.size()) {
    throw_timed_out(std::to_string(fibers.size() - ended) + " of " + std::to_string(fibers.size()) +
                        " killed fibers have not ended",
                    since);
  }
}

}  // namespace gnet
