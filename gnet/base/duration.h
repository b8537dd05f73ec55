// Time as the whole project counts it, and durations as people write them.
//
//   gnet::parse_duration("250ms");                        // 250'000'000 ns
//   gnet::parse_duration("1.5");                          // 1.5 s: a bare number is seconds
//   gnet::format_duration(std::chrono::seconds(90));      // "1m30s"
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "gnet/base/chrono.h"

namespace gnet {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = std::chrono::nanoseconds;

// A Duration made of any of std::chrono's: one that is too long for it, hours::max() for example,
// is the longest there is, where std::chrono would wrap round to less than nothing. NaN is zero.
// What functions and options take.
//
//   options.idle_timeout = std::chrono::hours::max();      // for ever
//   gnet::sleep(std::chrono::duration<double>(0.25));
class TimeSpan : public Duration {
 public:
  constexpr TimeSpan() noexcept : Duration(0) {}
  template <typename Rep, typename Period>
  constexpr TimeSpan(std::chrono::duration<Rep, Period> time) noexcept  // NOLINT: implicit
      : Duration(saturated(time)) {}

  // The moment that much later than `start`; TimePoint::max(), which is never, where the clock does
  // not reach so far, and `start` itself for zero or less.
  [[nodiscard]] constexpr TimePoint after(TimePoint start) const noexcept {
    if (*this <= Duration::zero()) return start;
    return *this < TimePoint::max() - start ? start + *this : TimePoint::max();
  }

 private:
  template <typename Rep, typename Period>
  static constexpr Duration saturated(std::chrono::duration<Rep, Period> time) noexcept {
    if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, Duration>) {
      return time;
    } else {
      using Seconds = std::chrono::duration<double>;
      if (Seconds(time) >= Seconds(Duration::max())) return Duration::max();
      if (Seconds(time) <= Seconds(Duration::min())) return Duration::min();
      if (time != time) return Duration::zero();
      return std::chrono::duration_cast<Duration>(time);
    }
  }
};

// Reads "250ms", "10s", "5m", "2h", "1h30m", "1.5" (seconds), "0". Units are ns, us, ms, s, m, h
// and d. Nothing if the text is not a duration, is negative, is beyond 292 years, or is not 0 and
// less than half a nanosecond.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text) noexcept;

// The shortest text that parse_duration() reads back as the same duration: "250ms", "2.1s",
// "1m30s". With significant > 0 the duration is first rounded to so many digits, for people:
// format_duration(2'134'567'890ns, 2) is "2.1s". Negative durations get a minus sign.
[[nodiscard]] std::string format_duration(TimeSpan duration, int significant = 0);

}  // namespace gnet
