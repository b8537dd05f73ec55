// Threads that do what would block a hub, and that nobody joins.
//
// Such a thread takes no signals but those of its own faults: they are for the threads that
// expect them.
//
// Threads: a function without state.

#pragma once

#include <cstddef>

#include "gnet/base/unique_function.h"

namespace gnet::detail {

// Runs body, which must not throw, on a new detached thread of this name (at most 15 characters)
// and stack size. False if there can be no more threads.
bool start_background_thread(const char* name, std::size_t stack_size,
                             UniqueFunction<void()> body) noexcept;

}  // namespace gnet::detail
