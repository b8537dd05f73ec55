// How often this process has become another one by fork().
//
//   if (made_after_ != gnet::detail::forks()) return;   // it is the parent's
//
// As getpid(), which is a system call, it tells a child from its parent.
//
// Threads: may be used from any.

#pragma once

#include <atomic>

namespace gnet::detail {

extern constinit std::atomic<unsigned> fork_count;

[[nodiscard]] inline unsigned forks() noexcept {
  return fork_count.load(std::memory_order_relaxed);
}

}  // namespace gnet::detail
