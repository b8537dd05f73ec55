// A number of permits that fibers take and give back.
//
// acquire() takes one, or parks until there is one. release() hands the permit
// straight to the fiber that has waited longest, so nobody who comes later
// overtakes it. Any fiber may release; a permit has no owner.
//
//   gnet::Semaphore connections(8);
//   {
//     const std::lock_guard slot(connections);
//     fetch(url);
//   }
//
// Threads: a Semaphore belongs to the hub on which it was made; use from another
// thread throws Misuse.

#pragma once

#include <cstddef>
#include <cstdint>

#include "gnet/sync/grant_queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Semaphore {
 public:
  explicit Semaphore(std::size_t permits = 1) : Semaphore(permits, SIZE_MAX) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // The number of free permits.
  [[nodiscard]] std::size_t permits() const noexcept { return permits_; }

  // Suspends until there is a permit, and takes it.
  void acquire() { static_cast<void>(acquire(Deadline::never())); }

  // As acquire(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool acquire(Deadline deadline);

  // Takes a permit if there is one; never suspends.
  [[nodiscard]] bool try_acquire();

  // Gives permits back, or adds to them. Throws Misuse beyond the bound of a
  // BoundedSemaphore.
  void release(std::size_t count = 1);

  // The names that std::lock_guard and std::unique_lock look for.
  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  void unlock() { release(); }

  // Waitable, see gnet/fiber/wait.h: try_acquire() would succeed. Somebody else may
  // be quicker.
  [[nodiscard]] bool ready() const noexcept { return permits_ > 0; }
  void add_waiter(detail::Waiter& waiter) const { watchers_.add(waiter); }

 protected:
  Semaphore(std::size_t permits, std::size_t bound) noexcept(false)
      : permits_(permits), bound_(bound) {}

 private:
  std::size_t permits_;  // none while anybody waits
  std::size_t bound_;
  GrantQueue waiters_;
  mutable WaitQueue watchers_;
};

// A Semaphore that never has more permits than it began with: giving back one too
// many throws Misuse.
class BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(std::size_t permits = 1) : Semaphore(permits, permits) {}
};

}  // namespace gnet
