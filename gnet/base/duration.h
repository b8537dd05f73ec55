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

#include "gnet/base/chrono.h"

namespace gnet {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = std::chrono::nanoseconds;

// Reads "250ms", "10s", "5m", "2h", "1h30m", "1.5" (seconds), "0". Units are ns, us, ms, s, m, h
// and d. Nothing if the text is not a duration, is negative, or is beyond 292 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text) noexcept;

// The shortest text that parse_duration() reads back as the same duration: "250ms", "2.1s",
// "1m30s". With significant > 0 the duration is first rounded to so many digits, for people:
// format_duration(2'134'567'890ns, 2) is "2.1s". Negative durations get a minus sign.
[[nodiscard]] std::string format_duration(Duration duration, int significant = 0);

}  // namespace gnet
