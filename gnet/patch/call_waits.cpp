#include "gnet/patch/call_waits.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "gnet/patch/original.h"
#include "gnet/patch/quiet_wait.h"

namespace gnet::patch {
namespace {

constexpr int kMisses = 2;  // waits that ended for nothing, before there are pauses between them
constexpr int kLongestPause = 5;  // 32 ms

bool fail(int error) noexcept {
  errno = error;
  return false;
}

Deadline limit_of(int fd, int option) noexcept {
  timeval limit{};
  socklen_t size = sizeof limit;
  if (getsockopt(fd, SOL_SOCKET, option, &limit, &size) != 0) return Deadline::never();
  return Deadline::within(std::chrono::seconds(limit.tv_sec) +
                          std::chrono::microseconds(limit.tv_usec));
}

}  // namespace

bool CallWaits::may_wait() noexcept {
  if (may_wait_) return true;
  const int flags = fcntl(fd_, F_GETFL);
  if (flags < 0) return false;
  if ((flags & O_NONBLOCK) != 0) return fail(EAGAIN);
  // A descriptor without this direction would never be ready.
  if ((flags & O_ACCMODE) == (event_ == POLLIN ? O_WRONLY : O_RDONLY)) return fail(EBADF);
  deadline_ = limit_of(fd_, option_);
  return may_wait_ = true;
}

bool CallWaits::again() noexcept {
  if (!may_wait()) return false;
  if (++waits_ > kMisses && is_ready(fd_, event_)) return pause();
  pollfd asked{fd_, event_, 0};
  switch (wait_quietly({&asked, 1}, deadline_)) {
    case Outcome::late:
      return fail(EAGAIN);
    case Outcome::interrupted:
      return fail(ECANCELED);
    case Outcome::ready:
      break;
  }
  return (asked.revents & POLLNVAL) == 0 || fail(EBADF);
}

bool CallWaits::pause() noexcept {
  const Deadline end = std::chrono::milliseconds(1 << std::min(pauses_++, kLongestPause));
  if (sleep_quietly(end.earlier(deadline_)) == Outcome::interrupted) return fail(ECANCELED);
  return !deadline_.passed() || fail(EAGAIN);
}

bool is_ready(int fd, short event) noexcept {
  pollfd asked{fd, event, 0};
  return original().poll(&asked, 1, 0) != 0;
}

}  // namespace gnet::patch
