// Waits of a fiber that throw nothing: their callers are C.
//
// Threads: any.

#pragma once

#include <poll.h>

#include <span>

#include "gnet/fiber/deadline.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::patch {

// The hub whose running fiber a call may suspend; null: the call is libc's own.
[[nodiscard]] detail::Scheduler* suspending_hub() noexcept;

// Whether this process has this thread's hub as a copy, being the child of a fork(), or shares
// its memory with the process that made it, as the child of a vfork() does.
[[nodiscard]] bool is_child() noexcept;

enum class Outcome { ready, late, interrupted };

// Suspends the running fiber until one of the descriptors has what it is asked for, sets their
// `revents` and returns `ready`. One that is closed meanwhile has POLLNVAL. Blocks the thread
// where no fiber can be suspended. Keeps errno.
[[nodiscard]] Outcome wait_quietly(std::span<pollfd> descriptors, Deadline deadline) noexcept;

// Suspends until the deadline, `late`, or `interrupted`.
[[nodiscard]] inline Outcome sleep_quietly(Deadline deadline) noexcept {
  return wait_quietly({}, deadline);
}

// Lets the others run.
void yield_quietly() noexcept;

// A blocking call has had no reason to wait: now and then the others get a turn all the same.
// Nobody is suspended by a call on a non-blocking descriptor. Keeps errno.
void take_turn(int fd) noexcept;
void take_turn() noexcept;

// A descriptor is about to be closed. Keeps errno.
void closing_quietly(int fd) noexcept;

}  // namespace gnet::patch
