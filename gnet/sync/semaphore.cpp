#include "gnet/sync/semaphore.h"

#include "gnet/base/error.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kSemaphore{"Semaphore"};

}  // namespace

bool Semaphore::acquire(Deadline deadline) {
  detail::Scheduler& hub = waiters_.hub();
  hub.check_thread();
  hub.checkpoint();
  if (permits_ > 0) {
    --permits_;
    return true;
  }
  const auto granted = waiters_.wait(kSemaphore, this, deadline, [this] { release(); });
  return granted == Granted::yes;
}

bool Semaphore::try_acquire() {
  waiters_.hub().check_thread();
  if (permits_ == 0) return false;
  --permits_;
  return true;
}

void Semaphore::release(std::size_t count) {
  waiters_.hub().check_thread_or_ended();
  if (count > bound_ - permits_) throw Misuse("more permits released than the semaphore has");
  while (count > 0 && waiters_.grant_one()) --count;
  if (count == 0) return;
  permits_ += count;
  watchers_.notify_all();
}

}  // namespace gnet
