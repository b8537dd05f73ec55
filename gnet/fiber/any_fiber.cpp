#include "gnet/fiber/any_fiber.h"

#include <atomic>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait_graph.h"

namespace gnet {

using detail::FiberControl;
using detail::Waiter;
using detail::WaitKind;

namespace {

const FiberControl* joined_fiber(const void* object) {
  return static_cast<const FiberControl*>(object);
}

constexpr WaitKind kJoin{"the end of", joined_fiber};

enum LinkWhen { kAlways, kOnValue, kOnException };

// In the fiber's list of waiters until its callback is called: it can be unlinked
// also while others are being called.
struct LinkNode : Waiter {
  LinkNode(FiberControl& fiber, AnyFiber::Link callback, bool inline_call, int when,
           SourceLocation where)
      : Waiter(fiber_ended),
        fiber_control(fiber),
        callback(std::move(callback)),
        inline_call(inline_call),
        when(when),
        where(where) {}

  static void fiber_ended(Waiter& waiter) noexcept;

  FiberControl& fiber_control;
  AnyFiber::Link callback;
  bool inline_call;
  int when;
  SourceLocation where;
  int number = 0;
};

std::unique_ptr<LinkNode> take_link(FiberControl& fiber, int number) noexcept {
  std::unique_ptr<LinkNode> found;
  fiber.done_waiters.for_each([&](Waiter& waiter) {
    if (waiter.wake != LinkNode::fiber_ended) return;
    auto& node = static_cast<LinkNode&>(waiter);
    if (node.number == number) found.reset(&node);
  });
  if (found) found->unlink();
  return found;
}

// The turn of a link.
class LinkCall : AnyFiber {
 public:
  LinkCall(FiberControl& fiber, int number) noexcept : AnyFiber(&fiber), number_(number) {
    ++fiber.references;
  }
  LinkCall(LinkCall&&) noexcept = default;
  LinkCall& operator=(LinkCall&&) = delete;
  ~LinkCall() {
    if (*this && number_ != 0) take_link(control(), number_);  // the hub ends before the turn
  }

  void operator()() {
    auto node = take_link(control(), std::exchange(number_, 0));
    if (!node) return;  // unlinked
    auto callback = std::move(node->callback);
    node.reset();
    callback(*this);
  }

 private:
  int number_;
};

void LinkNode::fiber_ended(Waiter& waiter) noexcept {
  auto& node = static_cast<LinkNode&>(waiter);
  FiberControl& fiber = node.fiber_control;
  if (fiber.vanished) return;  // its end is told where it happens
  const bool failed = fiber.error != nullptr;
  if (node.when == kOnException) fiber.error_retrieved = true;
  if ((node.when == kOnValue && failed) || (node.when == kOnException && !failed)) {
    delete &node;
    return;
  }
  fiber.done_waiters.push_back(node);
  LinkCall call(fiber, node.number);
  if (node.inline_call) {
    fiber.hub->defer(std::move(call));
  } else {
    spawn(std::move(call), node.where);
  }
}

}  // namespace

void AnyFiber::reset() noexcept {
  FiberControl* control = std::exchange(control_, nullptr);
  if (control == nullptr) return;
  detail::Scheduler* hub = std::atomic_ref(control->hub).load(std::memory_order_relaxed);
  if (hub != nullptr && hub == detail::Scheduler::current_if_any()) {
    hub->drop_handle(*control);
  } else {
    detail::Scheduler::release_elsewhere(*control);
  }
}

detail::Scheduler& AnyFiber::hub() const {
  if (control_ == nullptr) throw Misuse("this handle has no fiber");
  // Another thread may be ending it.
  detail::Scheduler* hub = std::atomic_ref(control_->hub).load(std::memory_order_relaxed);
  if (hub == nullptr) throw Misuse("the hub of this fiber has ended");
  hub->check_thread();
  return *hub;
}

bool AnyFiber::over() const noexcept {
  return control_ != nullptr && detail::Scheduler::ended_here() && control_->ended;
}

void AnyFiber::start() {
  hub().start(*control_);
}

void AnyFiber::join() {
  join(Deadline::never());
}

bool AnyFiber::join(Deadline deadline) {
  if (over()) return true;
  detail::Scheduler& hub = this->hub();
  hub.checkpoint();
  if (control_->ended) return true;
  if (control_ == &hub.running()) throw Misuse("a fiber that joins itself would wait for ever");
  Waiter waiter(&hub.running());
  control_->done_waiters.push_back(waiter);
  while (!waiter.signalled) {
    if (!hub.park(kJoin, control_, deadline) && !waiter.signalled) return false;
  }
  return true;
}

void AnyFiber::join_in_time(Deadline deadline) {
  const TimePoint since = Clock::now();
  if (join(deadline)) return;
  throw_timed_out(name() + " (" + detail::origin_text(spawned_at()) + ") has not ended", since);
}

void AnyFiber::kill(std::exception_ptr error) {
  kill(std::move(error), Deadline::never());
}

bool AnyFiber::kill(std::exception_ptr error, Deadline deadline) {
  if (control_ == nullptr) return true;
  kill_async(std::move(error));
  return join(deadline);
}

void AnyFiber::kill_async(std::exception_ptr error) {
  if (control_ != nullptr && !over()) hub().kill(*control_, std::move(error));
}

int AnyFiber::add_link(Link callback, bool inline_call, int when, SourceLocation where) {
  static_cast<void>(hub());
  if (!callback) detail::throw_empty_function();
  static thread_local int last_number = 0;
  auto* node = new LinkNode(*control_, std::move(callback), inline_call, when, where);
  node->number = ++last_number;
  const int number = node->number;
  if (control_->ended) {
    LinkNode::fiber_ended(*node);
  } else {
    control_->done_waiters.push_back(*node);
  }
  return number;
}

int AnyFiber::link(Link callback, SourceLocation where) {
  return add_link(std::move(callback), false, kAlways, where);
}
int AnyFiber::link_value(Link callback, SourceLocation where) {
  return add_link(std::move(callback), false, kOnValue, where);
}
int AnyFiber::link_exception(Link callback, SourceLocation where) {
  return add_link(std::move(callback), false, kOnException, where);
}
int AnyFiber::link_inline(Link callback) {
  return add_link(std::move(callback), true, kAlways, {});
}

void AnyFiber::unlink(int link) {
  static_cast<void>(hub());
  take_link(*control_, link);
}

std::size_t AnyFiber::link_count() const noexcept {
  std::size_t count = 0;
  control_->done_waiters.for_each([&count](Waiter& waiter) {
    if (waiter.wake == LinkNode::fiber_ended) ++count;
  });
  return count;
}

void AnyFiber::add_waiter(Waiter& waiter) const {
  static_cast<void>(hub());
  control_->done_waiters.push_back(waiter);
}

std::exception_ptr AnyFiber::failure(FiberControl& control) {
  control.error_retrieved = true;
  if (control.error) return control.error;
  return std::make_exception_ptr(FiberKilled(control.display_name() + " was killed"));
}

}  // namespace gnet
