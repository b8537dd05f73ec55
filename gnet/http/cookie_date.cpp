// The dates of cookies, which come in any order and with anything between their parts.

#include <algorithm>
#include <array>
#include <chrono>

#include "gnet/http/cookie.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

// What has been found; each part only once.
struct Found {
  std::optional<std::array<unsigned, 3>> time{};
  std::optional<unsigned> day{};
  std::optional<unsigned> month{};
  std::optional<int> year{};
};

bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

// Takes digits, `least` to `most` of them; a digit must not follow.
std::optional<unsigned> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  unsigned value = 0;
  std::size_t count = 0;
  while (count < text.size() && detail::is_digit(text[count])) {
    if (count == most) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(text[count++] - '0');
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

std::optional<std::array<unsigned, 3>> parse_time(std::string_view token) {
  std::array<unsigned, 3> time{};
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (i != 0) {
      if (!token.starts_with(':')) return std::nullopt;
      token.remove_prefix(1);
    }
    const auto number = take_number(token, 1, 2);
    if (!number) return std::nullopt;
    time.at(i) = *number;
  }
  return time;
}

std::optional<unsigned> parse_month(std::string_view token) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (token.size() < 3) return std::nullopt;
  const auto at = kMonths.find(detail::to_lower(token.substr(0, 3)));
  if (at == kMonths.npos || at % 3 != 0) return std::nullopt;
  return static_cast<unsigned>(at / 3 + 1);
}

std::optional<int> parse_year(std::string_view token) {
  const auto number = take_number(token, 2, 4);
  if (!number) return std::nullopt;
  const int year = static_cast<int>(*number);
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}

void look_at(std::string_view token, Found& found) {
  if (!found.time && (found.time = parse_time(token))) return;
  if (!found.day) {
    std::string_view rest = token;
    if ((found.day = take_number(rest, 1, 2))) return;
  }
  if (!found.month && (found.month = parse_month(token))) return;
  if (!found.year) found.year = parse_year(token);
}

}  // namespace

std::optional<sys_seconds> parse_cookie_date(std::string_view text) {
  Found found;
  while (!text.empty()) {
    const auto* const end = std::ranges::find_if(text, is_delimiter);
    const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (!token.empty()) look_at(token, found);
    text.remove_prefix(std::min(token.size() + 1, text.size()));
  }
  if (!found.time || !found.day || !found.month || !found.year) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*found.year},
                                         std::chrono::month{*found.month},
                                         std::chrono::day{*found.day}};
  const auto [hour, minute, second] = *found.time;
  if (!date.ok() || *found.year < 1601 || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace gnet::http
