#include "gnet/sync/condition.h"

#include <cstdint>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kCondition{"Condition"};

}  // namespace

bool Condition::wait(Deadline deadline) {
  waiters_.hub().check_thread();
  waiters_.hub().checkpoint();
  // Not through `this`, which may be gone when the wait ends.
  Mutex* const mutex = mutex_;
  RLock* const rlock = rlock_;
  if (!(rlock != nullptr ? rlock->held() : mutex->held())) {
    throw Misuse("a fiber waits for a Condition whose lock it does not hold");
  }
  std::size_t depth = 0;
  if (rlock != nullptr) {
    depth = rlock->unlock_all();
  } else {
    mutex->unlock();
  }
  const auto lock_again = [&] {
    const Uninterruptible until_locked;
    rlock != nullptr ? rlock->lock_again(depth) : mutex->lock();
  };
  Granted granted;
  try {
    granted = waiters_.wait(kCondition, this, deadline, [this] { notify(); });
  } catch (...) {
    lock_again();
    throw;
  }
  lock_again();
  return granted == Granted::yes;
}

void Condition::notify(std::size_t count) {
  waiters_.hub().check_thread();
  while (count > 0 && waiters_.grant_one()) --count;
}

void Condition::notify_all() {
  notify(SIZE_MAX);
}

}  // namespace gnet
