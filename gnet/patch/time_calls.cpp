// Sleeping.

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "gnet/patch/original.h"
#include "gnet/patch/quiet_wait.h"
#include "gnet/patch/times.h"

namespace gnet::patch {
namespace {

// Sleeps; what is left, which is something only when the fiber is interrupted.
Duration nap(Duration time) noexcept {
  if (time <= Duration::zero()) {
    yield_quietly();
    return Duration::zero();
  }
  const Deadline end = time;
  if (sleep_quietly(end) == Outcome::late) return Duration::zero();
  errno = ECANCELED;
  return std::max(end.when() - Clock::now(), Duration(1));
}

void tell(timespec* left, Duration time) noexcept {
  if (left == nullptr) return;
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  left->tv_sec = whole.count();
  left->tv_nsec = (time - whole).count();
}

}  // namespace

void link_time_calls() noexcept {}

}  // namespace gnet::patch

using gnet::Duration;
using gnet::patch::nap;
using gnet::patch::original;
using gnet::patch::suspending_hub;

extern "C" {

unsigned sleep(unsigned seconds) {
  if (suspending_hub() == nullptr) return original().sleep(seconds);
  const Duration left = nap(std::chrono::seconds(seconds));
  return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(left).count());
}

int usleep(useconds_t microseconds) {
  if (suspending_hub() == nullptr) return original().usleep(microseconds);
  return nap(std::chrono::microseconds(microseconds)) > Duration::zero() ? -1 : 0;
}

int nanosleep(const timespec* time, timespec* left) {
  if (suspending_hub() == nullptr || !gnet::patch::is_valid(time)) {
    return original().nanosleep(time, left);
  }
  const Duration rest = nap(gnet::patch::duration(*time));
  if (rest <= Duration::zero()) return 0;
  gnet::patch::tell(left, rest);
  return -1;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  timespec now{};
  if (suspending_hub() == nullptr || !gnet::patch::is_valid(time) ||
      clock == CLOCK_PROCESS_CPUTIME_ID || clock_gettime(clock, &now) != 0) {
    return original().clock_nanosleep(clock, flags, time, left);
  }
  const bool absolute = (flags & TIMER_ABSTIME) != 0;
  const Duration delay = gnet::patch::duration(*time);
  const Duration rest = nap(absolute ? delay - gnet::patch::duration(now) : delay);
  if (rest <= Duration::zero()) return 0;
  if (!absolute) gnet::patch::tell(left, rest);
  return ECANCELED;
}

}  // extern "C"
