#include "gnet/http/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr sys_seconds kFirst = sys_days(std::chrono::year(0) / 1 / 1);
constexpr sys_seconds kLast = sys_days(std::chrono::year(10000) / 1 / 1) - std::chrono::seconds(1);

void append_digits(std::string& out, unsigned value, unsigned count) {
  std::string digits(count, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value /= 10) {
    *digit = static_cast<char>('0' + value % 10);
  }
  out += digits;
}

// What the fields of a date say, as far as they have been read.
struct Fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;

  [[nodiscard]] std::optional<sys_seconds> time() const {
    const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                              std::chrono::day{day}};
    // The 60th second of a leap second is the first of the next minute.
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
  }
};

// Takes fields from the front of a date; once one does not fit, nothing fits any more.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view text) {
    ok_ = ok_ && rest_.starts_with(text);
    if (ok_) rest_.remove_prefix(text.size());
  }

  unsigned number(std::size_t digits) {
    unsigned value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      ok_ = ok_ && !rest_.empty() && detail::is_digit(rest_.front());
      if (!ok_) return 0;
      value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  unsigned month() {
    const auto* const found = std::ranges::find(kMonths, rest_.substr(0, 3));
    ok_ = ok_ && found != kMonths.end();
    if (!ok_) return 0;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }

  void time_of_day(Fields& fields) {
    fields.hour = number(2);
    literal(":");
    fields.minute = number(2);
    literal(":");
    fields.second = number(2);
  }

  // As in asctime(): a blank instead of a leading zero.
  unsigned blank_padded() {
    const bool blank = rest_.starts_with(' ');
    if (blank) literal(" ");
    return number(blank ? 1 : 2);
  }

  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// "06 Nov 1994 08:49:37 GMT", after the day of the week; with hyphens and two digits of a year it
// is RFC 850's, whose century is missing.
std::optional<Fields> gmt_date(std::string_view text, std::string_view separator,
                               std::size_t year_digits) {
  Reader read(text);
  Fields fields;
  fields.day = read.number(2);
  read.literal(separator);
  fields.month = read.month();
  read.literal(separator);
  fields.year = static_cast<int>(read.number(year_digits));
  read.literal(" ");
  read.time_of_day(fields);
  read.literal(" GMT");
  return read.done() ? std::optional(fields) : std::nullopt;
}

// "Nov  6 08:49:37 1994"
std::optional<Fields> asctime_date(std::string_view text) {
  Reader read(text);
  Fields fields;
  fields.month = read.month();
  read.literal(" ");
  fields.day = read.blank_padded();
  read.literal(" ");
  read.time_of_day(fields);
  read.literal(" ");
  fields.year = static_cast<int>(read.number(4));
  return read.done() ? std::optional(fields) : std::nullopt;
}

int with_century(int two_digits, std::optional<sys_seconds> now) {
  if (!now) return two_digits + (two_digits < 70 ? 2000 : 1900);
  const int this_year = static_cast<int>(year_month_day(std::chrono::floor<days>(*now)).year());
  int year = this_year - this_year % 100 + two_digits;
  if (year > this_year + 50) year -= 100;
  return year;
}

std::optional<sys_seconds> parse(std::string_view text, std::optional<sys_seconds> now) {
  const std::string_view day = text.substr(0, text.find_first_of(", "));
  text.remove_prefix(day.size());
  const bool is_long = std::ranges::find(kDays, day) != kDays.end();
  const bool is_short = day.size() == 3 && std::ranges::any_of(kDays, [&](std::string_view name) {
                          return name.starts_with(day);
                        });
  std::optional<Fields> fields;
  if (is_short && text.starts_with(", ")) {
    fields = gmt_date(text.substr(2), " ", 4);
  } else if (is_short && text.starts_with(' ')) {
    fields = asctime_date(text.substr(1));
  } else if (is_long && text.starts_with(", ")) {
    fields = gmt_date(text.substr(2), "-", 2);
    if (fields) fields->year = with_century(fields->year, now);
  }
  return fields ? fields->time() : std::nullopt;
}

}  // namespace

std::string format_date(sys_seconds time) {
  time = std::clamp(time, kFirst, kLast);
  const sys_days midnight = std::chrono::floor<days>(time);
  const year_month_day date(midnight);
  const auto second = static_cast<unsigned>((time - midnight).count());
  std::string out;
  out.reserve(29);
  out += kDays.at(std::chrono::weekday(midnight).c_encoding()).substr(0, 3);
  out += ", ";
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  (out += ' ') += kMonths.at(static_cast<unsigned>(date.month()) - 1);
  out += ' ';
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += ' ';
  append_digits(out, second / 3600, 2);
  out += ':';
  append_digits(out, second / 60 % 60, 2);
  out += ':';
  append_digits(out, second % 60, 2);
  out += " GMT";
  return out;
}

std::optional<sys_seconds> parse_date(std::string_view text) {
  return parse(text, std::nullopt);
}

std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now) {
  return parse(text, now);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, sys_seconds now) {
  constexpr std::chrono::seconds kYear = days(365);
  if (const auto seconds = detail::saturated_number(text)) {
    return *seconds < static_cast<std::uint64_t>(kYear.count())
               ? std::chrono::seconds(static_cast<std::int64_t>(*seconds))
               : kYear;
  }
  const auto time = parse(text, now);
  if (!time) return std::nullopt;
  return std::clamp(*time - now, std::chrono::seconds::zero(), kYear);
}

std::string_view date_field(sys_seconds now) {
  thread_local sys_seconds second{};
  thread_local std::string text;
  if (text.empty() || now != second) {
    text = format_date(now);
    second = now;
  }
  return text;
}

}  // namespace gnet::http
