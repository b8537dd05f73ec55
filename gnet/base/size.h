// Sizes, counts and percentages as people write them.
//
//   gnet::parse_size("64K");        // 65'536: a bare letter counts in 1024s
//   gnet::parse_size("3MB");        // 3'000'000: kB, MB, GB count in 1000s
//   gnet::parse_count("10k");       // 10'000
//   gnet::parse_percent("0.1%");    // 0.001
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnet {

// Bytes: a number, which may have a fraction, and K M G T P E (or KiB MiB …) for powers of 1024, or
// kB MB GB TB PB EB for powers of 1000, or B. Letters in either case; one space before the unit is
// allowed. A part of a byte is rounded, but never to nothing at all: "0.1" is no size. Nothing if
// the text is not a size or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

// A whole number of things: a number and k M G, powers of 1000, in either case. "1.5k" is 1500,
// "1.5" is nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;

// "5%" or "5" is 0.05. Nothing outside of 0 to 100, nor of more than twelve digits after the point
// if only they are not 0.
[[nodiscard]] std::optional<double> parse_percent(std::string_view text) noexcept;

// For people: "512 B", "65.5 kB", "3.0 MB". Powers of 1000, one decimal.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

}  // namespace gnet
