#include "commands/measured_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "cli/line/suggest.h"
#include "cli/line/value.h"
#include "cli/out/failure.h"
#include "gnet/base/decimal.h"
#include "gnet/base/duration.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

using Relation = Condition::Relation;
using Unit = Condition::Unit;

constexpr std::string_view kBlanks = " \t\r\n";

// The longer signs first: what begins like them is read as them.
constexpr std::array<std::pair<std::string_view, Relation>, 7> kRelations{{
    {">=", Relation::at_least},
    {"<=", Relation::at_most},
    {"==", Relation::equal},
    {"!=", Relation::unequal},
    {">", Relation::more},
    {"<", Relation::less},
    {"=", Relation::equal},
}};

std::string_view sign_of(Relation relation) {
  for (const auto& [sign, one] : kRelations) {
    if (one == relation) return sign;
  }
  return "?";
}

std::string quoted(std::string_view text) {
  return "'" + gnet::printable(text) + "'";
}

// Takes what stands before a character of these.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  const std::string_view taken = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(taken.size());
  return taken;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// A number without a sign, of ordinary digits: no nan, no inf, no exponent.
std::optional<double> take_number(std::string_view& text) noexcept {
  const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const char* const end = text.data() + length;
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (length == 0 || error != std::errc() || stop != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return number;
}

double read_rate(std::string_view text) {
  double seconds = 1;
  if (text.ends_with("/s")) {
    text.remove_suffix(2);
  } else if (text.ends_with("/m")) {
    text.remove_suffix(2);
    seconds = 60;
  }
  const auto number = take_number(text);
  constexpr std::pair<std::string_view, double> kFactors[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}};
  for (const auto& [letter, factor] : kFactors) {
    if (number && text == letter) return *number * factor / seconds;
  }
  throw cli::BadValue("must be a rate like 900, 1.5k/s or 60/m");
}

template <typename Value>
Value read(std::string_view text) {
  Value value{};
  cli::read_value(text, value);
  return value;
}

void read_bound(std::string_view text, Measure measure, Condition& condition) {
  condition.bound_text = text;
  switch (measure) {
    case Measure::time:
    case Measure::percentile:
      condition.unit = Unit::nanoseconds;
      condition.bound = static_cast<double>(read<gnet::Duration>(text).count());
      break;
    case Measure::count_or_share:
      if (text.ends_with('%')) {
        condition.unit = Unit::share;
        condition.bound = read<cli::Percent>(text).share;
        break;
      }
      [[fallthrough]];
    case Measure::count:
      condition.unit = Unit::number;
      condition.bound = static_cast<double>(read<cli::Count>(text).number);
      break;
    case Measure::rate:
      condition.unit = Unit::each_second;
      condition.bound = read_rate(text);
      break;
    case Measure::byte_rate:
      condition.unit = Unit::bytes_each_second;
      condition.bound = static_cast<double>(read<cli::Rate>(text).bytes_per_second);
      break;
  }
}

std::optional<Measure> find_measure(std::string_view name, std::span<const MeasureName> names,
                                    double& percentile) {
  for (const MeasureName& known : names) {
    if (known.measure != Measure::percentile) {
      if (known.name == name) return known.measure;
      continue;
    }
    if (!name.starts_with(known.name)) continue;
    if (const auto share = parse_percentile(name.substr(known.name.size()))) {
      percentile = *share;
      return known.measure;
    }
  }
  return std::nullopt;
}

[[noreturn]] void fail_for_name(std::string_view name, std::span<const MeasureName> names,
                                std::string_view option) {
  std::vector<std::string> words;
  std::string all;
  for (const MeasureName& known : names) {
    words.push_back(std::string(known.name) + (known.measure == Measure::percentile ? "99" : ""));
    all += (all.empty() ? "" : " ") + words.back();
  }
  const std::string meant = cli::closest(name, words);
  throw cli::UsageError(fmt::format("{}: nothing is called {}{}", option, quoted(name),
                                    meant.empty() ? "" : "; did you mean '" + meant + "'?"),
                        "there are " + all);
}

Condition take_condition(std::string_view& text, std::span<const MeasureName> names,
                         std::string_view option) {
  const std::string_view whole = text;
  Condition condition;
  condition.name = take_until(text, " \t\r\n<>=!");
  const auto measure = find_measure(condition.name, names, condition.percentile);
  if (!measure && !condition.name.empty()) fail_for_name(condition.name, names, option);
  skip_blanks(text);
  const auto* const relation = std::ranges::find_if(
      kRelations, [&](const auto& known) { return text.starts_with(known.first); });
  if (condition.name.empty() || relation == kRelations.end()) {
    throw cli::UsageError(
        fmt::format("{}: {} is no condition: it must be a name, one of > >= < <= = != and a value",
                    option, quoted(whole)));
  }
  condition.relation = relation->second;
  text.remove_prefix(relation->first.size());
  skip_blanks(text);
  const std::string_view bound = take_until(text, kBlanks);
  try {
    read_bound(bound, *measure, condition);
  } catch (const cli::BadValue& error) {
    throw cli::UsageError(fmt::format(
        "{}: {} {}", option,
        quoted(condition.name + std::string(relation->first) + std::string(bound)), error.what()));
  }
  return condition;
}

std::string number_text(double value, int digits) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::format("{:.0f}", value);
  // So many digits altogether, and no exponent.
  const int whole = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::fabs(value)))) + 1;
  std::string text = fmt::format("{:.{}f}", value, std::clamp(digits - whole, 0, 15));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string value_text(double value, Unit unit, int digits) {
  switch (unit) {
    case Unit::nanoseconds:
      return gnet::format_duration(gnet::Duration(std::llround(value)), digits);
    case Unit::number:
      return number_text(value, digits);
    case Unit::share:
      return number_text(value * 100, digits) + "%";
    case Unit::each_second:
      return number_text(value, digits) + "/s";
    case Unit::bytes_each_second:
      return number_text(value / 1e6, digits) + "MB/s";
  }
  return {};
}

}  // namespace

bool Condition::holds(double found) const noexcept {
  switch (relation) {
    case Relation::more:
      return found > bound;
    case Relation::at_least:
      return found >= bound;
    case Relation::less:
      return found < bound;
    case Relation::at_most:
      return found <= bound;
    case Relation::equal:
      return found == bound;
    case Relation::unequal:
      return found != bound;
  }
  return false;
}

std::string Condition::about(std::optional<double> found) const {
  if (!found) return fmt::format("there is no {}: nothing was answered", name);
  // As few digits as are needed to tell it from its bound.
  int digits = 3;
  std::string text = value_text(*found, unit, digits);
  while (*found != bound && digits < 12 && text == value_text(bound, unit, digits)) {
    text = value_text(*found, unit, ++digits);
  }
  return fmt::format("{} is {}, which is {}{} {}", name, text, holds(*found) ? "" : "not ",
                     sign_of(relation), bound_text);
}

std::string Condition::text() const {
  return name + std::string(sign_of(relation)) + bound_text;
}

std::vector<Condition> parse_conditions(std::string_view text, std::span<const MeasureName> names,
                                        std::string_view option) {
  std::vector<Condition> conditions;
  skip_blanks(text);
  while (!text.empty()) {
    conditions.push_back(take_condition(text, names, option));
    skip_blanks(text);
  }
  if (conditions.empty()) {
    throw cli::UsageError(fmt::format("{}: there is no condition in it", option));
  }
  return conditions;
}

std::optional<double> parse_percentile(std::string_view text) noexcept {
  const auto number = gnet::detail::take_decimal(text);
  if (!number || !text.empty() || number->has_more || number->whole > 100) return std::nullopt;
  if (number->whole == 100 && number->fraction != 0) return std::nullopt;
  // One division alone: 99.9 / 100 is more than 0.999, and of 1,000 answers would be the last one.
  const auto scale = static_cast<double>(number->scale);
  return (static_cast<double>(number->whole) * scale + static_cast<double>(number->fraction)) /
         (scale * 100);
}

}  // namespace commands
