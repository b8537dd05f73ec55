#include "gnet/fiber/nursery.h"

#include <fmt/format.h>

#include <utility>

#include "gnet/base/error.h"

namespace gnet {

using detail::Waiter;
using detail::WaitKind;

namespace {

constexpr WaitKind kNursery{"the children of Nursery"};

std::string group_text(const std::vector<std::exception_ptr>& errors) {
  std::string text = fmt::format("{} fibers failed", errors.size());
  for (const auto& error : errors) text += "; " + describe(error);
  return text;
}

}  // namespace

ExceptionGroup::ExceptionGroup(std::vector<std::exception_ptr> errors)
    : std::runtime_error(group_text(errors)), errors_(std::move(errors)) {}

// Waits for the end of one child; owns itself.
struct Nursery::Child : Waiter {
  Child(Nursery& nursery, AnyFiber child)
      : Waiter(ended), nursery(nursery), fiber(std::move(child)) {}

  static void ended(Waiter& waiter) noexcept {
    const std::unique_ptr<Child> self(static_cast<Child*>(&waiter));
    Nursery& nursery = self->nursery;
    if (auto error = self->fiber.exception()) nursery.fail(std::move(error));
    if (--nursery.running_ > 0) return;
    while (Waiter* joiner = nursery.joiners_.pop_front())
      detail::Scheduler::current().wake(*joiner);
  }

  Nursery& nursery;
  AnyFiber fiber;
};

void Nursery::adopt(AnyFiber child) {
  scope_.admit(child.control());
  auto* node = new Child(*this, std::move(child));
  ++running_;
  node->fiber.add_waiter(*node);
  node->fiber.start();
}

void Nursery::fail(std::exception_ptr error) {
  errors_.push_back(std::move(error));
  scope_.cancel();
}

void Nursery::wait_for_children() {
  detail::Scheduler& hub = detail::Scheduler::current();
  while (running_ > 0) {
    Waiter waiter(&hub.running());
    joiners_.push_back(waiter);
    hub.park(kNursery, this);
  }
}

void Nursery::throw_errors() {
  auto errors = std::exchange(errors_, {});
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  if (!errors.empty()) throw ExceptionGroup(std::move(errors));
}

void Nursery::join() {
  try {
    wait_for_children();
  } catch (...) {
    // Interrupted: the children end before the interrupt goes further.
    scope_.cancel();
    {
      const Uninterruptible wait_out;
      wait_for_children();
    }
    throw;
  }
  throw_errors();
}

Nursery::~Nursery() {
  if (running_ > 0) {
    scope_.cancel();
    const Uninterruptible wait_out;
    wait_for_children();
  }
  for (auto& error : errors_)
    detail::Scheduler::current().report_error("a child of a Nursery", std::move(error));
}

}  // namespace gnet
