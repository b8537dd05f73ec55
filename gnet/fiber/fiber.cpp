#include "gnet/fiber/fiber.h"

#include <algorithm>

namespace gnet {

using detail::FiberControl;
using detail::WaitKind;

namespace {

constexpr WaitKind kSleep{"time to pass"};
constexpr TimePoint kLastMoment = TimePoint::max() - Duration(1);

}  // namespace

void detail::start_later(FiberControl& fiber, TimeSpan delay) {
  // Holds a reference, and ends with the fiber when that is killed first.
  struct Later : Timer, Waiter {
    explicit Later(FiberControl& fiber)
        : Timer([](Timer& timer) noexcept {
            auto& self = static_cast<Later&>(timer);
            self.fiber_control.hub->start_now(self.fiber_control);
            self.end();
          }),
          Waiter([](Waiter& waiter) noexcept { static_cast<Later&>(waiter).end(); }),
          fiber_control(fiber) {
      ++fiber.references;
    }
    void end() noexcept {
      detail::Scheduler& hub = *fiber_control.hub;
      FiberControl& fiber = fiber_control;
      hub.disarm(*this);
      delete this;
      hub.release(fiber);
    }
    FiberControl& fiber_control;
  };
  auto* later = new Later(fiber);
  fiber.state = FiberState::scheduled;
  fiber.done_waiters.push_back(*later);
  fiber.hub->arm(*later, Deadline::after(Clock::now(), delay));
}

namespace {

void sleep(TimeSpan delay, bool keeps_alive) {
  detail::Scheduler& hub = detail::Scheduler::current();
  if (delay <= Duration::zero()) return hub.yield();
  // Always one with a timer: the hub has a reason to go on.
  const Deadline deadline(std::min(Deadline::after(Clock::now(), delay), kLastMoment));
  while (hub.park(kSleep, nullptr, deadline, keeps_alive)) {
  }
}

}  // namespace

void sleep(TimeSpan delay) {
  sleep(delay, true);
}

void sleep(TimeSpan delay, Unreferenced) {
  sleep(delay, false);
}

void checkpoint() {
  detail::Scheduler& hub = detail::Scheduler::current();
  hub.checkpoint();
  static thread_local TimePoint turn_start;
  static thread_local const FiberControl* last = nullptr;
  const TimePoint time = hub.now();
  if (last != hub.running_if_any()) {
    last = hub.running_if_any();
    turn_start = time;
  } else if (time - turn_start >= detail::Scheduler::kDrainBound) {
    last = nullptr;
    hub.yield_to_loop();
  }
}

namespace this_fiber {

AnyFiber handle() {
  return Fiber<>::adopt(detail::Scheduler::current().running());
}

std::uint64_t id() {
  return detail::Scheduler::current().running().id;
}

std::string name() {
  return detail::Scheduler::current().running().display_name();
}

void set_name(std::string name) {
  detail::Scheduler::current().running().name = std::make_unique<std::string>(std::move(name));
}

void exit() {
  throw FiberExit{};
}

}  // namespace this_fiber
}  // namespace gnet
