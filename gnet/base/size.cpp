#include "gnet/base/size.h"

#include <fmt/format.h>

#include <array>

#include "gnet/base/decimal.h"

namespace gnet {
namespace {

struct SizeUnit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kKi = 1024;
constexpr std::array<SizeUnit, 20> kSizes = {{{"", 1},
                                              {"B", 1},
                                              {"K", kKi},
                                              {"KiB", kKi},
                                              {"kB", 1'000},
                                              {"M", kKi << 10U},
                                              {"MiB", kKi << 10U},
                                              {"MB", 1'000'000},
                                              {"G", kKi << 20U},
                                              {"GiB", kKi << 20U},
                                              {"GB", 1'000'000'000},
                                              {"T", kKi << 30U},
                                              {"TiB", kKi << 30U},
                                              {"TB", 1'000'000'000'000},
                                              {"P", kKi << 40U},
                                              {"PiB", kKi << 40U},
                                              {"PB", 1'000'000'000'000'000},
                                              {"E", kKi << 50U},
                                              {"EiB", kKi << 50U},
                                              {"EB", 1'000'000'000'000'000'000}}};
constexpr std::array<SizeUnit, 4> kCounts = {
    {{"", 1}, {"k", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}}};

// Whether it is a whole number of things; `unit` is a power of ten.
bool is_whole(detail::Decimal number, std::uint64_t unit) {
  if (number.has_more) return false;
  while (number.scale > 1 && number.fraction % 10 == 0) {
    number.fraction /= 10;
    number.scale /= 10;
  }
  return unit % number.scale == 0;
}

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<SizeUnit, N>& units,
                                   bool whole) {
  const auto number = detail::take_decimal(text);
  if (!number) return std::nullopt;
  if (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
  for (const SizeUnit& unit : units) {
    if (!detail::equal_ignoring_case(text, unit.name)) continue;
    if (whole && !is_whole(*number, unit.factor)) return std::nullopt;
    return detail::scaled(*number, unit.factor);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  return parse(text, kSizes, false);
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
  return parse(text, kCounts, true);
}

std::optional<double> parse_percent(std::string_view text) noexcept {
  const auto number = detail::take_decimal(text);
  if (!number || (!text.empty() && text != "%")) return std::nullopt;
  const double percent = static_cast<double>(number->whole) +
                         static_cast<double>(number->fraction) / static_cast<double>(number->scale);
  if (percent > 100.0 || (percent == 0.0 && !number->is_zero())) return std::nullopt;
  return percent / 100.0;
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1'000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::string_view unit;
  for (const std::string_view next : {"kB", "MB", "GB", "TB", "PB", "EB"}) {
    value /= 1'000;
    unit = next;
    if (value < 999.95) break;  // beyond it the one decimal would round up to 1000.0
  }
  return fmt::format("{:.1f} {}", value, unit);
}

}  // namespace gnet
