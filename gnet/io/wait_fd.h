// Waiting for descriptors of any kind and any owner: those of foreign libraries, pipes,
// terminals, sockets that are not gnet's.
//
//   while (!library.done()) {
//     if (!gnet::wait_read(library.descriptor(), 5s)) throw TooSlow();
//     library.process_input();
//   }
//
// Only the calling fiber is suspended. Whatever flags the descriptor has stay as they
// are; a system call after the wait may still block when somebody else has been quicker,
// unless the descriptor is non-blocking. Descriptors that cannot be waited for, such as
// those of regular files, are always ready. Any number of fibers may wait for one.
//
// Closing a descriptor does not wake those who wait for it: call closing() before.
//
// Threads: may be used from any; suspends the calling fiber.

#pragma once

#include <poll.h>

#include <cstddef>
#include <span>
#include <vector>

#include "gnet/fiber/deadline.h"

namespace gnet {

// Suspends until a read would not block: data, the end, or an error. False: the deadline
// passed. Throws std::system_error (bad_file_descriptor) when it is not open.
bool wait_read(int fd, Deadline deadline = Deadline::never());

// As wait_read(), for writing.
bool wait_write(int fd, Deadline deadline = Deadline::never());

// poll(2): suspends until one of the descriptors has what its `events` asks for, or an
// error; sets `revents` of each, POLLNVAL for those that are not open. Returns how many
// have any: none when the deadline passed. Other fibers get a turn in any case. Negative
// descriptors are passed over.
std::size_t poll(std::span<pollfd> descriptors, Deadline deadline = Deadline::never());

// What select_fds() has found, in the order in which it was asked.
struct SelectedFds {
  std::vector<int> readable;
  std::vector<int> writable;
  // Whether anything is ready.
  explicit operator bool() const noexcept { return !readable.empty() || !writable.empty(); }
};

// Suspends until one of the first descriptors can be read or one of the second written;
// nothing when the deadline passed. Throws std::system_error (bad_file_descriptor) when
// one is not open.
[[nodiscard]] SelectedFds select_fds(const std::vector<int>& read,
                                     const std::vector<int>& write = {},
                                     Deadline deadline = Deadline::never());

// Wakes the fibers of this hub that wait for `fd`: it is about to be closed. They get
// bad_file_descriptor, or POLLNVAL, also when its number is in use again by the time that
// they run. Does not suspend.
void closing(int fd);

}  // namespace gnet
