#include "gnet/sync/rlock.h"

namespace gnet {

RLock::RLock()
    : mutex_([]() -> const detail::WaitKind& {
        static constexpr detail::WaitKind kRLock{"RLock", Mutex::holder_of};
        return kRLock;
      }()) {}

bool RLock::lock(Deadline deadline) {
  if (mutex_.held()) {
    detail::Scheduler::current().checkpoint();
    ++depth_;
    return true;
  }
  if (!mutex_.lock(deadline)) return false;
  depth_ = 1;
  return true;
}

bool RLock::try_lock() {
  if (!mutex_.held() && !mutex_.try_lock()) return false;
  ++depth_;
  return true;
}

void RLock::unlock() {
  if (!mutex_.held() || --depth_ == 0) mutex_.unlock();
}

std::size_t RLock::unlock_all() {
  const std::size_t depth = depth_;
  mutex_.unlock();  // throws before anything has changed
  depth_ = 0;
  return depth;
}

void RLock::lock_again(std::size_t depth) {
  mutex_.lock();
  depth_ = depth;
}

}  // namespace gnet
