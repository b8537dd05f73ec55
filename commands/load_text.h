// Numbers as the reports of gnet load show them, and what is worked out for several of them.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "commands/load_options.h"
#include "commands/load_results.h"

namespace commands {

[[nodiscard]] std::string count_text(std::uint64_t count);                         // "1,234,567"
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view noun);  // "1,234 errors"
[[nodiscard]] std::string rate_text(double each_second);                           // "1,999.8/s"
[[nodiscard]] std::string byte_rate_text(double each_second);                      // "3.0 MB/s"
[[nodiscard]] std::string share_text(double share);            // "0.01%", "100%"
[[nodiscard]] std::string time_text(gnet::TimeSpan time);      // "61.2ms"
[[nodiscard]] const char* name_of(LatencyFrom from) noexcept;  // "intended"

// Bytes a second, in both directions.
[[nodiscard]] double throughput(const LoadResults& results) noexcept;

// Of a number in so much time; of no time it is none.
[[nodiscard]] double each_second(std::uint64_t count, gnet::Duration time) noexcept;

// Which share of the requests that were sent was not answered.
[[nodiscard]] double error_share(const LoadTally& tally) noexcept;

}  // namespace commands
