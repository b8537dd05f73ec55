#include "gnet/fiber/any_fiber.h"

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/mailbox.h"

namespace gnet {

using detail::FiberControl;
using detail::Waiter;
using detail::WaitKind;

namespace {

const FiberControl* joined_fiber(const void* object) {
  return static_cast<const FiberControl*>(object);
}

constexpr WaitKind kJoin{"the end of fiber", joined_fiber};

enum LinkWhen { kAlways, kOnValue, kOnException };

struct LinkNode : Waiter {
  LinkNode(FiberControl& fiber, AnyFiber::Link callback, bool inline_call, int when)
      : Waiter(run),
        fiber_control(fiber),
        callback(std::move(callback)),
        inline_call(inline_call),
        when(when) {}

  static void run(Waiter& waiter) noexcept;

  FiberControl& fiber_control;
  AnyFiber::Link callback;
  bool inline_call;
  int when;
  int number = 0;
};

struct Handle : AnyFiber {
  explicit Handle(FiberControl& control) noexcept : AnyFiber(&control) { ++control.references; }
};

void LinkNode::run(Waiter& waiter) noexcept {
  std::unique_ptr<LinkNode> node(static_cast<LinkNode*>(&waiter));
  FiberControl& fiber = node->fiber_control;
  const bool failed = fiber.error != nullptr;
  if (node->when == kOnException) fiber.error_retrieved = true;
  if ((node->when == kOnValue && failed) || (node->when == kOnException && !failed)) return;
  auto call = [handle = Handle(fiber), callback = std::move(node->callback)]() mutable {
    callback(handle);
  };
  if (node->inline_call) {
    fiber.hub->defer(std::move(call));
  } else {
    spawn(std::move(call));
  }
}

}  // namespace

void AnyFiber::reset() noexcept {
  FiberControl* control = std::exchange(control_, nullptr);
  if (control == nullptr) return;
  if (control->hub == nullptr) {
    // The hub has ended; the pool was left to its handles.
    if (--control->references == 0) control->destroy(*control);
    return;
  }
  if (Hub::current_if_any() != control->hub) {
    control->hub->mailbox()->post([control] { control->hub->release(*control); });
    return;
  }
  // Nobody is left who could start it.
  if (control->state == FiberState::created && control->references == 2) {
    control->hub->kill(*control, nullptr);
  }
  control->hub->release(*control);
}

void AnyFiber::join() {
  join(Deadline::never());
}

bool AnyFiber::join(Deadline deadline) {
  Hub& hub = *control_->hub;
  hub.check_thread();
  hub.checkpoint();
  if (control_->ended) return true;
  Waiter waiter(hub.running_if_any());
  control_->done_waiters.push_back(waiter);
  while (!waiter.signalled) {
    if (!hub.park(kJoin, control_, deadline) && !waiter.signalled) return false;
  }
  return true;
}

void AnyFiber::kill(std::exception_ptr error) {
  kill(std::move(error), Deadline::never());
}

bool AnyFiber::kill(std::exception_ptr error, Deadline deadline) {
  kill_async(std::move(error));
  return join(deadline);
}

void AnyFiber::kill_async(std::exception_ptr error) {
  control_->hub->check_thread();
  control_->hub->kill(*control_, std::move(error));
}

int AnyFiber::add_link(Link callback, bool inline_call, int when) {
  static thread_local int last_number = 0;
  auto* node = new LinkNode(*control_, std::move(callback), inline_call, when);
  node->number = ++last_number;
  const int number = node->number;
  if (control_->ended) {
    LinkNode::run(*node);
  } else {
    control_->done_waiters.push_back(*node);
  }
  return number;
}

int AnyFiber::link(Link callback) {
  return add_link(std::move(callback), false, kAlways);
}
int AnyFiber::link_value(Link callback) {
  return add_link(std::move(callback), false, kOnValue);
}
int AnyFiber::link_exception(Link callback) {
  return add_link(std::move(callback), false, kOnException);
}
int AnyFiber::link_inline(Link callback) {
  return add_link(std::move(callback), true, kAlways);
}

void AnyFiber::unlink(int link) noexcept {
  control_->done_waiters.for_each([link](Waiter& waiter) {
    if (waiter.wake != LinkNode::run) return;
    auto& node = static_cast<LinkNode&>(waiter);
    if (node.number == link) delete &node;
  });
}

std::size_t AnyFiber::link_count() const noexcept {
  std::size_t count = 0;
  control_->done_waiters.for_each([&count](Waiter& waiter) {
    if (waiter.wake == LinkNode::run) ++count;
  });
  return count;
}

void AnyFiber::add_waiter(Waiter& waiter) const {
  control_->hub->check_thread();
  control_->done_waiters.push_back(waiter);
}

void AnyFiber::throw_failure() const {
  control_->error_retrieved = true;
  if (control_->error) std::rethrow_exception(control_->error);
  throw FiberKilled(control_->display_name() + " was killed");
}

}  // namespace gnet
