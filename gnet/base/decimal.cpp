#include "gnet/base/decimal.h"

#include <algorithm>
#include <cmath>

namespace gnet::detail {
namespace {

constexpr std::uint64_t kMaxScale = 1'000'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<Decimal> take_decimal(std::string_view& text) noexcept {
  Decimal number;
  std::size_t i = 0;
  bool any = false;
  for (; i < text.size() && is_digit(text[i]); ++i, any = true) {
    if (__builtin_mul_overflow(number.whole, 10U, &number.whole) ||
        __builtin_add_overflow(number.whole, static_cast<unsigned>(text[i] - '0'), &number.whole)) {
      return std::nullopt;
    }
  }
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i, any = true) {
      if (number.scale == kMaxScale) {
        number.has_more |= text[i] != '0';
        continue;
      }
      number.scale *= 10;
      number.fraction = number.fraction * 10 + static_cast<unsigned>(text[i] - '0');
    }
  }
  if (!any) return std::nullopt;
  text.remove_prefix(i);
  return number;
}

std::optional<std::uint64_t> scaled(const Decimal& number, std::uint64_t unit) noexcept {
  std::uint64_t result = 0;
  if (__builtin_mul_overflow(number.whole, unit, &result)) return std::nullopt;
  // fraction < scale, so the quotient is at most unit; the product may not fit 64 bits.
  const long double part = static_cast<long double>(number.fraction) *
                           static_cast<long double>(unit) / static_cast<long double>(number.scale);
  if (__builtin_add_overflow(result, static_cast<std::uint64_t>(std::roundl(part)), &result)) {
    return std::nullopt;
  }
  if (result == 0 && !number.is_zero()) return std::nullopt;
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace gnet::detail
