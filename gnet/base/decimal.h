// A decimal number as people type it, on its way to an exact integer.
//
// Durations, sizes and counts share it: "1.5" times a unit of 1024 is 1536, with no
// rounding on the way that a double would bring.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gnet::detail {

struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;  // of scale
  std::uint64_t scale = 1;     // a power of ten
  bool has_more = false;       // digits after those of the fraction, not all of them 0

  [[nodiscard]] bool is_zero() const noexcept { return whole == 0 && fraction == 0 && !has_more; }
};

// Takes digits with at most one point off the front of text. Nothing if there are none, or too
// many for 64 bits; of digits beyond the twelfth after the point it is only known that there are
// any.
[[nodiscard]] std::optional<Decimal> take_decimal(std::string_view& text) noexcept;

// number * unit, to the nearest integer; nothing on overflow, and for what would become 0 and is
// not.
[[nodiscard]] std::optional<std::uint64_t> scaled(const Decimal& number,
                                                  std::uint64_t unit) noexcept;

// True if a and b are the same but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace gnet::detail
