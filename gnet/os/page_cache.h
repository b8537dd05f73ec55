// Reading open files where they mostly are in memory already: what is there is read at once, and
// only for the rest does a thread wait for the disk.
//
//   const std::size_t count = detail::read_cached(fd, buffer, size, offset);
//   detail::read_ahead(fd, offset, detail::kReadAhead);       // and then sendfile(2), without a
//   wait
//
// Of those who send files. A fiber that is interrupted leaves at once; the thread has a descriptor
// of its own.
//
// Threads: any that has a hub.

#pragma once

#include <sys/types.h>

#include <cstddef>

namespace gnet::detail {

// At least one byte; 0 at the end of the file. Suspends if the disk has to be asked. Throws
// SystemError.
std::size_t read_cached(int fd, char* buffer, std::size_t size, off_t offset);

// Returns when this part of the file is in memory, of which its first and its last byte tell; the
// last is enough where it goes on behind a part that was there just now. Suspends likewise. At most
// kReadAhead.
inline constexpr std::size_t kReadAhead = 256 * 1024;
void read_ahead(int fd, off_t offset, std::size_t size, bool goes_on = false);

}  // namespace gnet::detail
