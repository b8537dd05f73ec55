// The fibers in which a server of datagrams has its handlers called: how many there are, whether
// there may be more, and their end.
//
//   detail::Handlers handlers(1000, nullptr, where);
//   handlers.run([copy = std::string(data)] { handle(copy); });
//   handlers.end(5s);                                           // how many were killed
//
// Threads: as the server.

#pragma once

#include <cstddef>

#include "gnet/base/forks.h"
#include "gnet/base/intrusive_list.h"
#include "gnet/base/source_location.h"
#include "gnet/base/unique_function.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class Pool;

namespace detail {

class Handlers {
 public:
  // At most `most` at a time, if not zero; in the pool, if not null.
  Handlers(std::size_t most, Pool* pool, SourceLocation where) noexcept
      : most_(most), pool_(pool), where_(where) {}
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;

  [[nodiscard]] std::size_t active() const noexcept { return active_; }
  [[nodiscard]] bool full() const noexcept;

  // Suspends until one has ended, at most until the deadline.
  void wait_for_end(Deadline deadline);

  // Has `function` called in a fiber of its own. Does not suspend while there is room.
  void run(UniqueFunction<void()> function);

  // Waits until all have ended, at most until `grace`, and then kills the others: how many. They
  // have two seconds for that. The calling one is neither waited for nor killed.
  std::size_t end(Deadline grace);

  // Those that still do not end.
  [[nodiscard]] std::size_t stubborn() noexcept { return active_ - (is_caller() ? 1 : 0); }
  // Whether the running fiber is one of them.
  [[nodiscard]] bool is_caller() noexcept;

  void wait_for_all() { static_cast<void>(wait_for(0, Deadline::never())); }

 private:
  // One at work, in the running fiber.
  struct Task : ListHook {
    Fiber<> fiber;
  };

  class Place;
  void settle_in_child() noexcept;
  bool wait_for(std::size_t left, Deadline deadline);

  const std::size_t most_;
  Pool* const pool_;
  const SourceLocation where_;
  unsigned forks_ = forks();
  std::size_t active_ = 0;
  IntrusiveList<Task> tasks_;
  WaitQueue ended_;
};

}  // namespace detail
}  // namespace gnet
