// How long a call is to wait, as its caller says it in C.
//
// Threads: any.

#pragma once

#include <sys/time.h>
#include <time.h>

#include "gnet/base/duration.h"

namespace gnet::patch {

// Null is none.
[[nodiscard]] inline bool is_valid(const timespec* time) noexcept {
  return time != nullptr && time->tv_sec >= 0 && time->tv_nsec >= 0 &&
         time->tv_nsec < 1'000'000'000;
}

// Its microseconds may be more than those of a second.
[[nodiscard]] inline bool is_valid(const timeval* time) noexcept {
  return time != nullptr && time->tv_sec >= 0 && time->tv_usec >= 0;
}

// The longest that can be told, for what is longer.
[[nodiscard]] inline Duration duration(const timespec& time) noexcept {
  constexpr auto kLongest = std::chrono::floor<std::chrono::seconds>(Duration::max() / 4);
  if (time.tv_sec >= kLongest.count()) return kLongest;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

[[nodiscard]] inline Duration duration(const timeval& time) noexcept {
  constexpr suseconds_t kSecond = 1'000'000;
  return duration(timespec{time.tv_sec, 0}) +
         duration(timespec{time.tv_usec / kSecond, time.tv_usec % kSecond * 1000});
}

}  // namespace gnet::patch
