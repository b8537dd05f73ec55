#include "gnet/base/unique_fd.h"

#include <cerrno>

namespace gnet {

void UniqueFd::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd);
  if (old < 0 || old == fd) return;
  const int saved = errno;
  // Never again after EINTR: Linux has released the number by then, and it may be somebody else's.
  ::close(old);
  errno = saved;
}

}  // namespace gnet
