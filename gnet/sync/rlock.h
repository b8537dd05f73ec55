// A lock that its holder may take again.
//
// As Mutex, but the fiber that holds the RLock may lock it any number of times, and
// holds it until it has unlocked it as often.
//
//   gnet::RLock lock;
//   void add(Item item) { const std::lock_guard guard(lock); … }
//   void add_all(Items items) { const std::lock_guard guard(lock); for (…) add(item); }
//
// Threads: an RLock belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include <cstddef>
#include <utility>

#include "gnet/sync/mutex.h"

namespace gnet {

class RLock {
 public:
  RLock();
  RLock(const RLock&) = delete;
  RLock& operator=(const RLock&) = delete;

  // Suspends until no other fiber holds the RLock, and takes it once more.
  void lock() { static_cast<void>(lock(Deadline::never())); }

  // As lock(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool lock(Deadline deadline);

  // Takes it if no other fiber holds it; never suspends.
  [[nodiscard]] bool try_lock();

  // Takes one lock() back; the last one gives it up. Throws Misuse when the running
  // fiber does not hold it.
  void unlock();

  [[nodiscard]] bool locked() const noexcept { return mutex_.locked(); }
  [[nodiscard]] bool held() const noexcept { return mutex_.held(); }

  // How often its holder has locked it.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

  // Waitable, see gnet/fiber/wait.h: nobody holds it. Somebody else may be quicker.
  [[nodiscard]] bool ready() const noexcept { return mutex_.ready(); }
  void add_waiter(detail::Waiter& waiter) const { mutex_.add_waiter(waiter); }

 private:
  friend class Condition;

  // Gives it up however often it is locked, and takes it as often again.
  std::size_t unlock_all();
  void lock_again(std::size_t depth);

  Mutex mutex_;
  std::size_t depth_ = 0;
};

}  // namespace gnet
