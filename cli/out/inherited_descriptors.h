// The descriptors that were open when the process began: its caller's.
//
// What opens files later gets other numbers, so it is known whether --ready-fd 4 is what the
// caller has opened, and what a daemon must not hold on to.
//
// Threads: for the one that begins the process.

#pragma once

namespace cli {

// Takes down which there are. Called once, first thing.
void note_inherited_descriptors();

// Whether this one was there. In a process that has taken none down: whether it is open.
[[nodiscard]] bool was_inherited(int fd) noexcept;

// Somebody uses it and closes it himself.
void keep_inherited_descriptor(int fd) noexcept;

// Closes the others, except 0, 1 and 2.
void close_inherited_descriptors() noexcept;

}  // namespace cli
