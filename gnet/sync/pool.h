// A Group with room for a limited number of fibers.
//
// spawn() parks while the Pool is full; whoever has waited longest gets the next slot. A
// slot comes free one turn of the ready queue after the end of its fiber.
//
//   gnet::Pool pool(8);
//   for (auto& job : jobs) pool.spawn([&job] { run(job); });   // eight at a time
//   pool.join();
//
// A member that spawns into its own full Pool waits for a slot; when all members do, the
// LoopExit says so. apply(), map() and imap() work in such a member too.
//
// Threads: a Pool belongs to the hub on which it was made; use from another thread throws
// Misuse.

#pragma once

#include <cstddef>
#include <optional>

#include "gnet/sync/group.h"
#include "gnet/sync/queue.h"

namespace gnet {

// Thrown by spawn_nowait().
class PoolFull : public QueueFull {
 public:
  PoolFull();
};

class Pool : public Group {
 public:
  // A Pool with no slots at all is always full.
  explicit Pool(std::size_t capacity = kUnlimited) : Group(capacity) {}

  [[nodiscard]] std::size_t capacity() const noexcept { return limit_; }

  // As spawn(), but never suspends: nothing means that the Pool is full.
  template <typename F>
  [[nodiscard]] std::optional<FiberOf<F>> try_spawn(
      F&& function, SourceLocation where = SourceLocation::current()) {
    if (full()) return std::nullopt;
    return spawn(std::forward<F>(function), where);
  }

  // As spawn(), but waits at most until the deadline: nothing means that it passed.
  template <typename F>
  [[nodiscard]] std::optional<FiberOf<F>> try_spawn(
      Deadline deadline, F&& function, SourceLocation where = SourceLocation::current()) {
    Slot slot(*this, deadline);
    if (!slot) return std::nullopt;
    return spawn_in(slot, std::forward<F>(function), SpawnOptions(), where);
  }

  // As try_spawn(), but throws PoolFull.
  template <typename F>
  FiberOf<F> spawn_nowait(F&& function, SourceLocation where = SourceLocation::current()) {
    if (full()) throw_full();
    return spawn(std::forward<F>(function), where);
  }

  // Suspends until there is a free slot; how many there are. Somebody else may be quicker.
  std::size_t wait_available() { return wait_available(Deadline::never()); }

  // As wait_available(), but gives up at the deadline: zero means that it passed.
  std::size_t wait_available(Deadline deadline);

 private:
  [[noreturn]] static void throw_full();
};

}  // namespace gnet
