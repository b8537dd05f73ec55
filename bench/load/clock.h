// The two clocks of a measurement: time that passes, and CPU time that a process uses up.

#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <system_error>

namespace bench {

using Nanoseconds = std::uint64_t;

inline Nanoseconds read_clock(clockid_t clock) noexcept {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<Nanoseconds>(t.tv_sec) * 1'000'000'000 + static_cast<Nanoseconds>(t.tv_nsec);
}

inline Nanoseconds now() noexcept {
  return read_clock(CLOCK_MONOTONIC);
}

// CPU time of all threads of another process, user and system, to the nanosecond. The kernel
// counts it at every switch, not at every tick as the fields of /proc/PID/stat.
class ProcessClock {
 public:
  explicit ProcessClock(pid_t pid) {
    if (const int error = clock_getcpuclockid(pid, &clock_)) {
      throw std::system_error(error, std::generic_category(), "CPU clock of the server");
    }
  }

  [[nodiscard]] Nanoseconds read() const noexcept { return read_clock(clock_); }

 private:
  clockid_t clock_{};
};

}  // namespace bench
