#include "gnet/sync/group.h"

#include <algorithm>
#include <memory>

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kTasks{"the calls of map()"};

}  // namespace

namespace detail {

void Batch::join() {
  while (running_ > 0) changed_.wait(kTasks, this);
}

void Batch::cancel() noexcept {
  scope_.cancel();
  const Uninterruptible until_they_end;
  join();
}

std::exception_ptr failure_of(AnyFiber& fiber) {
  if (auto error = fiber.exception()) return error;
  if (!fiber.was_killed()) return nullptr;
  return std::make_exception_ptr(FiberKilled(fiber.name() + " was killed"));
}

Member::Member(Group& group, AnyFiber fiber, Batch* batch, std::size_t index)
    : Waiter(fiber_ended), AnyFiber(std::move(fiber)), group(&group), batch(batch), index(index) {
  if (batch == nullptr) return;
  batch->scope_.admit(control());
  ++batch->running_;
}

void Member::fiber_ended(Waiter& waiter) noexcept {
  auto& self = static_cast<Member&>(waiter);
  if (self.batch != nullptr) {
    self.batch->ended(self.index, self);
    --self.batch->running_;
    self.batch->changed_.notify_all();
  }
  if (self.group != nullptr) {
    self.group->leave_later(self);
  } else {
    delete &self;
  }
}

}  // namespace detail

using detail::Member;

Group::~Group() {
  reaping_.stop();
  while (Member* member = ended_.pop_front()) delete member;
  while (Member* member = members_.pop_front()) {
    if (member->batch != nullptr) {
      member->group = nullptr;
    } else {
      delete member;
    }
  }
}

void Group::all_members(const detail::FiberControl& waiter, detail::Enders& enders) {
  enders.which = detail::Enders::Which::all;
  static_cast<const Group*>(waiter.waits_on)->members_.for_each([&](Member& member) {
    enders.fibers.push_back(&member.control());
  });
}

void Group::give_slot(const detail::FiberControl& waiter, detail::Enders& enders) {
  all_members(waiter, enders);
  // A slot that no member has is on its way to somebody.
  const std::size_t slots = static_cast<const Group*>(waiter.waits_on)->limit_;
  const bool all_taken = enders.fibers.size() == slots;
  enders.which = all_taken ? detail::Enders::Which::any : detail::Enders::Which::unknown;
}

std::size_t Group::look_ahead(std::size_t asked) const noexcept {
  if (asked > 0) return asked;
  return limit_ == kUnlimited ? detail::kImapAhead : std::max<std::size_t>(limit_, 1);
}

// ---- slots ----

bool Group::claim(Deadline deadline) {
  hub().check_thread();
  hub().checkpoint();
  if (limit_ == kUnlimited) return true;
  if (free_ > 0) {
    --free_;
    return true;
  }
  return waiters_.wait(kSlot, this, deadline, [this] { release(); }) == Granted::yes;
}

void Group::release() noexcept {
  if (limit_ == kUnlimited || waiters_.grant_one()) return;
  ++free_;
  available_.notify_all();
}

// ---- members ----

void Group::admit(const AnyFiber& fiber, detail::Batch* batch, std::size_t index) {
  auto member = std::make_unique<Member>(*this, fiber.share(), batch, index);
  member->add_waiter(*member);
  members_.push_back(*member.release());
  ++size_;
}

void Group::add(const AnyFiber& fiber) {
  hub().check_thread();
  if (fiber.dead() || contains(fiber)) return;
  Slot slot(*this, Deadline::never());
  if (!fiber.dead() && !contains(fiber)) slot.admit(fiber);
}

void Group::discard(const AnyFiber& fiber) {
  hub().check_thread();
  Member* member = find(fiber.id());
  if (member == nullptr) return;
  member->MemberHook::unlink();
  member->Waiter::unlink();
  leave_later(*member);
  reap();
}

Member* Group::find(std::uint64_t id) const {
  Member* found = nullptr;
  members_.for_each([&](Member& member) {
    if (member.id() == id) found = &member;
  });
  return found;
}

bool Group::running_member() const {
  hub().check_thread();
  const detail::FiberControl* running = hub().running_if_any();
  return running != nullptr && find(running->id) != nullptr;
}

void Group::leave_later(Member& member) noexcept {
  member.MemberHook::unlink();
  ended_.push_back(member);
  if (!reaping_.pending()) reaping_ = hub().defer([this] { reap(); });
}

void Group::reap() noexcept {
  // What is destroyed with a fiber may do anything, but not with these.
  IntrusiveList<Member, detail::MemberHook> leaving;
  leaving.take_all(ended_);
  while (Member* member = leaving.pop_front()) {
    --size_;
    release();
    delete member;
  }
  if (size_ == 0) empty_.notify_all();
  left_.notify_all();
}

// ---- the end ----

bool Group::join(Deadline deadline) {
  if (detail::Scheduler::ended_here()) return true;  // and so have all fibers
  hub().check_thread();
  hub().checkpoint();
  return size_ == 0 || empty_.wait(kMembers, this, deadline);
}

bool Group::join_or_throw(Deadline deadline) {
  std::vector<AnyFiber> present;
  members_.for_each([&](Member& member) { present.push_back(member.share()); });
  ended_.for_each([&](Member& member) { present.push_back(member.share()); });
  const bool all = join(deadline);
  for (const AnyFiber& fiber : present) {
    if (!fiber.dead()) continue;
    if (auto error = fiber.exception()) std::rethrow_exception(error);
  }
  return all;
}

void Group::shoot(const std::exception_ptr& error) {
  // Killing one that never ran destroys what it captured, which may do anything.
  std::vector<AnyFiber> targets;
  members_.for_each([&](Member& member) {
    if (std::exchange(member.dying, true)) return;
    targets.push_back(member.share());
  });
  const detail::FiberControl* running = hub().running_if_any();
  AnyFiber* self = nullptr;
  for (AnyFiber& target : targets) {
    if (running != nullptr && target.id() == running->id) {
      self = &target;
    } else {
      target.kill_async(error);
    }
  }
  if (self != nullptr) self->kill_async(error);
}

void Group::kill_async(std::exception_ptr error) {
  if (detail::Scheduler::ended_here()) return;
  hub().check_thread();
  shoot(error);
}

bool Group::kill(std::exception_ptr error, Deadline deadline) {
  if (detail::Scheduler::ended_here()) return true;
  hub().check_thread();
  hub().checkpoint();
  while (size_ > 0) {
    shoot(error);
    if (!left_.wait(kMembers, this, deadline)) return size_ == 0;
  }
  return true;
}

}  // namespace gnet
