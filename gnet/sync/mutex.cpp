#include "gnet/sync/mutex.h"

#include <fmt/format.h>

#include "gnet/base/error.h"

namespace gnet {

using detail::FiberControl;

Mutex::Mutex()
    : Mutex([]() -> const detail::WaitKind& {
        static constexpr detail::WaitKind kMutex{"Mutex", holder_of};
        return kMutex;
      }()) {}

Mutex::~Mutex() {
  detail::Scheduler& hub = waiters_.hub();
  if (holder_ != nullptr && detail::Scheduler::current_if_any() == &hub) hub.release(*holder_);
}

void Mutex::take(FiberControl& fiber) noexcept {
  waiters_.hub().retain(fiber);
  holder_ = &fiber;
}

bool Mutex::lock(Deadline deadline) {
  detail::Scheduler& hub = waiters_.hub();
  hub.check_thread();
  hub.checkpoint();
  FiberControl& self = hub.running();
  if (holder_ == nullptr) {
    take(self);
    return true;
  }
  if (holder_ == &self) {
    throw Misuse(fmt::format("{} locks a {} that it holds: it would wait for itself",
                             self.display_name(), kind_.name));
  }
  const auto granted = waiters_.wait(kind_, this, deadline, [this] { hand_on(); });
  return granted == Granted::yes;
}

bool Mutex::try_lock() {
  detail::Scheduler& hub = waiters_.hub();
  hub.check_thread();
  FiberControl& self = hub.running();
  if (locked()) return false;
  take(self);
  return true;
}

void Mutex::unlock() {
  waiters_.hub().check_thread();
  if (!held()) throw_not_holder();
  hand_on();
}

// To the fiber that has waited longest, at once: nobody gets in between.
void Mutex::hand_on() {
  FiberControl* before = holder_;
  holder_ = nullptr;
  if (FiberControl* next = waiters_.first_waiting()) take(*next);
  if (!waiters_.grant_one()) watchers_.notify_all();
  waiters_.hub().release(*before);
}

bool Mutex::held() const noexcept {
  return holder_ != nullptr && holder_ == waiters_.hub().running_if_any() &&
         detail::Scheduler::current_if_any() == &waiters_.hub();
}

void Mutex::throw_not_holder() const {
  FiberControl* self = waiters_.hub().running_if_any();
  const std::string who = self != nullptr ? self->display_name() : "a callback of the hub";
  if (!locked()) throw Misuse(fmt::format("{} unlocks a {} that nobody holds", who, kind_.name));
  throw Misuse(
      fmt::format("{} unlocks a {} that {} holds", who, kind_.name, holder_->display_name()));
}

}  // namespace gnet
