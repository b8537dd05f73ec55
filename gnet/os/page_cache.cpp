#include "gnet/os/page_cache.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/os/thread_pool.h"

namespace gnet::detail {
namespace {

// What the kernel has in memory, as preadv2() returns; it tells no more of file systems that
// cannot say.
ssize_t try_read(int fd, char* buffer, std::size_t size, off_t offset) noexcept {
  const iovec part{buffer, size};
  return preadv2(fd, &part, 1, offset, RWF_NOWAIT);
}

bool is_there(int fd, off_t offset) noexcept {
  char byte;
  return try_read(fd, &byte, 1, offset) >= 0;
}

// By a thread.
std::string read_on_thread(int fd, std::size_t size, off_t offset) {
  const auto own = std::make_shared<const UniqueFd>(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!*own) throw_errno("read");
  return default_thread_pool().apply([own, size, offset] {
    std::string data(size, '\0');
    for (;;) {
      const ssize_t count = ::pread(own->get(), data.data(), size, offset);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno("read");
      data.resize(static_cast<std::size_t>(count));
      return data;
    }
  });
}

}  // namespace

std::size_t read_cached(int fd, char* buffer, std::size_t size, off_t offset) {
  const ssize_t count = try_read(fd, buffer, size, offset);
  if (count >= 0) return static_cast<std::size_t>(count);
  const std::string data = read_on_thread(fd, std::min(size, kReadAhead), offset);
  std::memcpy(buffer, data.data(), data.size());
  return data.size();
}

void read_ahead(int fd, off_t offset, std::size_t size, bool goes_on) {
  if (size == 0) return;
  const bool begins = goes_on || is_there(fd, offset);
  if (begins && is_there(fd, offset + static_cast<off_t>(size) - 1)) return;
  static_cast<void>(read_on_thread(fd, size, offset));
}

}  // namespace gnet::detail
