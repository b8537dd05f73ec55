// A lock that one fiber holds at a time.
//
// lock() parks while another fiber holds the Mutex; unlock() hands it straight to the
// fiber that has waited longest. Only the holder may unlock, and a fiber that locks what
// it holds already is told so instead of waiting for itself: RLock is for that.
//
//   gnet::Mutex mutex;
//   {
//     const std::lock_guard guard(mutex);
//     balance = load();                        // others may run, but not in here
//     store(balance + 1);
//   }
//
// A fiber that ends while it holds a Mutex leaves it locked; who waits for it then is
// told in the wait graph whom it waits for.
//
// Threads: a Mutex belongs to the hub on which it was made; use from another thread
// throws Misuse.

#pragma once

#include "gnet/sync/grant_queue.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Mutex {
 public:
  Mutex();
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex();

  // Suspends until no other fiber holds the Mutex, and takes it. Throws Misuse when the
  // running fiber holds it.
  void lock() { static_cast<void>(lock(Deadline::never())); }

  // As lock(), but gives up at the deadline: false means that it passed.
  [[nodiscard]] bool lock(Deadline deadline);

  // Takes it if nobody holds it; never suspends.
  [[nodiscard]] bool try_lock();

  // Gives it up, or hands it on. Throws Misuse when the running fiber does not hold it.
  void unlock();

  // Whether any fiber holds it.
  [[nodiscard]] bool locked() const noexcept { return holder_ != nullptr; }

  // Whether the running fiber holds it.
  [[nodiscard]] bool held() const noexcept;

  // Waitable, see gnet/fiber/wait.h: try_lock() would succeed. Somebody else may be
  // quicker.
  [[nodiscard]] bool ready() const noexcept { return !locked(); }
  void add_waiter(detail::Waiter& waiter) const { watchers_.add(waiter); }

 private:
  friend class RLock;

  explicit Mutex(const detail::WaitKind& kind) noexcept(false) : kind_(kind) {}

  static const detail::FiberControl* holder_of(const void* mutex) {
    return static_cast<const Mutex*>(mutex)->holder_;
  }
  void take(detail::FiberControl& fiber) noexcept;
  void hand_on();
  [[noreturn]] void throw_not_holder() const;

  const detail::WaitKind& kind_;
  detail::FiberControl* holder_ = nullptr;  // holds a reference: it may end
  GrantQueue waiters_;
  mutable WaitQueue watchers_;
};

}  // namespace gnet
