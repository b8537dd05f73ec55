#include "gnet/fiber/wait.h"

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kWaitSet{"one of several things"};

}  // namespace

namespace detail {

WaitSet::WaitSet() : hub_(Hub::current()), fiber_(hub_.running()) {}

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
  const std::size_t enough = options.count < entries_.size() ? options.count : entries_.size();
  hub_.checkpoint();
  while (done_.size() < enough) {
    if (!hub_.park(kWaitSet, this, options.deadline)) break;
  }
  if (abandoned_) throw Misuse("something was destroyed while a fiber waits for it");
  return done_;
}

}  // namespace detail

void killall(const std::vector<AnyFiber*>& fibers, std::exception_ptr error, Deadline deadline) {
  AnyFiber* self = nullptr;
  for (AnyFiber* fiber : fibers) {
    if (fiber->id() == this_fiber::id()) {
      self = fiber;
    } else {
      fiber->kill_async(error);
    }
  }
  if (self != nullptr) self->kill_async(error);
  if (joinall(fibers, {.deadline = deadline}).size() < fibers.size()) {
    throw Timeout(std::nullopt, "killed fibers have not finished yet");
  }
}

}  // namespace gnet
