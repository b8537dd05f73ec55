// Fibers that wait until something that a lock protects has changed.
//
// A Condition belongs to a Mutex or an RLock. wait() gives the lock up, parks, and has
// the lock again when it returns, or throws: however it ends, the caller holds what it
// held before. notify() wakes those that have waited longest.
//
//   gnet::Mutex mutex;
//   gnet::Condition changed(mutex);
//   {
//     const std::lock_guard guard(changed);    // or guard(mutex)
//     changed.wait_for([&] { return !jobs.empty(); });
//     run(jobs.front());
//   }
//
// A fiber that is interrupted after it was notified passes the notification on. An
// interrupt that comes while the fiber waits for the lock is held back until the next
// suspension point.
//
// Threads: a Condition belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include <cstddef>

#include "gnet/sync/grant_queue.h"
#include "gnet/sync/mutex.h"
#include "gnet/sync/rlock.h"

namespace gnet {

class Condition {
 public:
  // The lock must live as long as the Condition.
  explicit Condition(Mutex& mutex) : mutex_(&mutex) {}
  explicit Condition(RLock& lock) : rlock_(&lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // The lock's, so that a std::lock_guard takes the Condition.
  void lock() { rlock_ != nullptr ? rlock_->lock() : mutex_->lock(); }
  [[nodiscard]] bool try_lock() {
    return rlock_ != nullptr ? rlock_->try_lock() : mutex_->try_lock();
  }
  void unlock() { rlock_ != nullptr ? rlock_->unlock() : mutex_->unlock(); }

  // Suspends until notified. Throws Misuse when the running fiber does not hold the lock.
  void wait() { static_cast<void>(wait(Deadline::never())); }

  // As wait(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool wait(Deadline deadline);

  // Suspends until `predicate()` is true, asking it now and after each notification.
  template <typename Predicate>
  void wait_for(Predicate&& predicate) {
    while (!predicate()) wait();
  }

  // As above, but gives up at the deadline; returns what `predicate()` said last.
  template <typename Predicate>
  [[nodiscard]] bool wait_for(Predicate&& predicate, Deadline deadline) {
    for (bool in_time = true; !predicate(); in_time = wait(deadline)) {
      if (!in_time) return false;
    }
    return true;
  }

  // Wakes up to `count` of those that wait. The caller need not hold the lock; those who
  // are woken run once they have it.
  void notify(std::size_t count = 1);
  void notify_all();

  // How many wait and have not been notified.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiters_.waiting(); }

 private:
  Mutex* mutex_ = nullptr;
  RLock* rlock_ = nullptr;
  GrantQueue waiters_;
};

}  // namespace gnet
