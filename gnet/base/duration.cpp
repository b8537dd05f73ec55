#include "gnet/base/duration.h"

#include <array>
#include <cstdint>
#include <limits>

#include "gnet/base/decimal.h"

namespace gnet {
namespace {

struct TimeUnit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::array<TimeUnit, 8> kUnits = {{{"ns", 1},
                                             {"us", 1'000},
                                             {"\xc2\xb5s", 1'000},
                                             {"ms", 1'000'000},
                                             {"s", kSecond},
                                             {"m", 60 * kSecond},
                                             {"h", 3'600 * kSecond},
                                             {"d", 86'400 * kSecond}}};

std::optional<std::uint64_t> take_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '.' &&
         (text[length] < '0' || text[length] > '9')) {
    ++length;
  }
  for (const TimeUnit& unit : kUnits) {
    if (text.substr(0, length) == unit.name) {
      text.remove_prefix(length);
      return unit.nanoseconds;
    }
  }
  return std::nullopt;
}

// value / unit as a decimal without trailing zeros; unit is a power of ten.
std::string decimal(std::uint64_t value, std::uint64_t unit) {
  std::string text = std::to_string(value / unit);
  std::uint64_t rest = value % unit;
  if (rest == 0) return text;
  text += '.';
  for (; rest != 0; rest %= unit) {
    unit /= 10;
    text += static_cast<char>('0' + rest / unit);
  }
  return text;
}

std::uint64_t rounded(std::uint64_t value, int significant) {
  std::uint64_t step = 1;
  std::uint64_t limit = 1;
  for (int i = 0; i < significant && limit < 1'000'000'000'000; ++i) limit *= 10;
  while (value / step >= limit) step *= 10;
  return (value + step / 2) / step * step;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) noexcept {
  std::uint64_t total = 0;
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto number = detail::take_decimal(text);
    if (!number) return std::nullopt;
    // A bare number stands for seconds, but only alone: "1m30" would leave us guessing.
    const bool bare = text.empty() && smallest == std::numeric_limits<std::uint64_t>::max();
    const auto unit = bare ? std::optional<std::uint64_t>(kSecond) : take_unit(text);
    if (!unit || *unit >= smallest) return std::nullopt;
    smallest = *unit;
    const auto part = detail::scaled(*number, *unit);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  if (total > static_cast<std::uint64_t>(Duration::max().count())) return std::nullopt;
  return Duration(static_cast<Duration::rep>(total));
}

std::string format_duration(TimeSpan duration, int significant) {
  std::string text;
  auto left = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0) {
    text = "-";
    left = 0 - left;
  }
  if (significant > 0) left = rounded(left, significant);
  if (left == 0) return "0s";
  if (left < 1'000) return text + std::to_string(left) + "ns";
  if (left < 1'000'000) return text + decimal(left, 1'000) + "us";
  if (left < kSecond) return text + decimal(left, 1'000'000) + "ms";
  const std::uint64_t hours = left / (3'600 * kSecond);
  const std::uint64_t minutes = left / (60 * kSecond) % 60;
  const std::uint64_t seconds = left % (60 * kSecond);
  if (hours != 0) text += std::to_string(hours) + "h";
  if (minutes != 0) text += std::to_string(minutes) + "m";
  if (seconds != 0) text += decimal(seconds, kSecond) + "s";
  return text;
}

}  // namespace gnet
