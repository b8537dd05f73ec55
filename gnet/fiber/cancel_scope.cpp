#include "gnet/fiber/cancel_scope.h"

#include "gnet/base/error.h"

namespace gnet {

using detail::FiberControl;

void CancelScope::expire(Timer& timer) noexcept {
  static_cast<Alarm&>(timer).owner->cancel();
}

CancelScope::CancelScope(Deadline deadline, bool shield) noexcept
    : deadline_(deadline), shield_(shield) {}

void CancelScope::open() {
  if (entered_) throw Misuse("a CancelScope may be entered only once");
  entered_ = true;
  hub_ = &detail::Scheduler::current();
  parent_ = hub_->running().scope;
  if (parent_ != nullptr) parent_->children_.push_back(*this);
  if (cancelled_ || deadline_.is_never()) return;
  reschedule(deadline_);
}

void CancelScope::close() noexcept {
  if (timer_.armed()) hub_->disarm(timer_);
  unlink();
  // A scope made inside may live longer, in a Nursery that does.
  while (CancelScope* child = children_.pop_front()) {
    child->parent_ = parent_;
    if (parent_ != nullptr) parent_->children_.push_back(*child);
  }
}

void CancelScope::move_here(FiberControl& fiber) noexcept {
  fiber.ScopeHook::unlink();
  fiber.scope = this;
  fibers_.push_back(fiber);
}

void CancelScope::admit(FiberControl& fiber) {
  hub_->check_thread();
  move_here(fiber);
  detail::Scheduler::update_attention(fiber);
}

// Of a fiber that goes from this scope to the one around it, or back. Where nothing waits for it
// nothing does then, unless this scope makes the difference.
void CancelScope::crossed_by(FiberControl& fiber) const noexcept {
  if (fiber.attention || cancelled_ || shield_) detail::Scheduler::update_attention(fiber);
}

CancelScope::Enclosure::Enclosure(CancelScope& entered)
    : scope(entered), fiber(entered.hub_->running()) {
  const bool from_parent = fiber.scope == scope.parent_;
  scope.move_here(fiber);
  if (from_parent) {
    scope.crossed_by(fiber);
  } else {
    detail::Scheduler::update_attention(fiber);
  }
}

CancelScope::Enclosure::~Enclosure() {
  fiber.ScopeHook::unlink();
  fiber.scope = scope.parent_;
  if (scope.parent_ != nullptr) scope.parent_->fibers_.push_back(fiber);
  scope.crossed_by(fiber);
}

void CancelScope::reschedule(Deadline deadline) {
  if (hub_ != nullptr) hub_->check_thread();
  deadline_ = deadline;
  if (hub_ == nullptr || cancelled_) return;
  hub_->disarm(timer_);
  if (deadline.passed()) return cancel();
  if (!deadline.is_never()) hub_->arm(timer_, deadline.when());
}

void CancelScope::cancel() {
  if (hub_ != nullptr) hub_->check_thread();
  if (cancelled_) return;
  cancelled_ = true;
  if (hub_ == nullptr) return;
  hub_->disarm(timer_);
  propagate();
}

void CancelScope::propagate() noexcept {
  fibers_.for_each([this](FiberControl& fiber) { hub_->interrupt(fiber); });
  children_.for_each([](CancelScope& child) {
    if (!child.shield_) child.propagate();
  });
}

bool CancelScope::is_limited() const noexcept {
  for (const CancelScope* scope = this; scope != nullptr; scope = scope->parent_) {
    if (scope->timer_.armed()) return true;
  }
  return false;
}

bool CancelScope::reaches(const CancelScope* inner) const noexcept {
  while (inner != nullptr && inner != this) inner = inner->parent_;
  return inner == this;
}

const CancelScope* CancelScope::effective() const noexcept {
  const CancelScope* outermost = nullptr;
  for (const CancelScope* scope = this; scope != nullptr; scope = scope->parent_) {
    if (scope->cancelled_) outermost = scope;
    if (scope->shield_) break;
  }
  return outermost;
}

}  // namespace gnet
