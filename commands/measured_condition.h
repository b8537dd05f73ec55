// A condition on what was measured, as people write it: "p99>50ms", "loss>0.1%".
//
//   constexpr MeasureName kNames[] = {{"p", Measure::percentile}, {"loss",
//   Measure::count_or_share}}; for (const Condition& condition : parse_conditions("loss>0
//   p95>20ms", kNames, "--fail-if")) {
//     const std::optional<double> found = measured(condition);   // in the unit of its bound
//     if (!found || condition.holds(*found)) say(condition.about(found));
//   }                                             // "p95 is 61.2ms, which is > 20ms"
//
// Threads: values and functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

// What a name stands for, and with it how its bound is written.
enum class Measure : std::uint8_t {
  time,            // a duration: 50ms; a bare number is seconds
  percentile,      // the same, and the name goes on with a number from 0 to 100: p99.9
  count,           // 100, 10k
  count_or_share,  // that, or 0.1%
  rate,            // 900, 1.5k/s, 60/m: a second, unless it says otherwise
  byte_rate,       // 64K/s, 3MB
};

struct MeasureName {
  std::string_view name;
  Measure measure;
};

struct Condition {
  enum class Relation : std::uint8_t { more, at_least, less, at_most, equal, unequal };
  enum class Unit : std::uint8_t { nanoseconds, number, share, each_second, bytes_each_second };

  std::string name;  // "p99.9"
  Relation relation = Relation::more;
  Unit unit = Unit::number;
  double bound = 0;        // in that unit
  std::string bound_text;  // as it was written: "50ms"
  double percentile = 0;   // of p99.9: 0.999

  [[nodiscard]] bool holds(double found) const noexcept;

  // "p99 is 61.2ms, which is > 50ms", "… which is not < 50ms", "there is no p99: nothing was
  // answered".
  [[nodiscard]] std::string about(std::optional<double> found) const;

  // "p99>50ms".
  [[nodiscard]] std::string text() const;
};

// At least one, several with blanks between; there may be some around the sign, too. The signs are
// > >= < <= = and !=. Throws cli::UsageError that names the option.
[[nodiscard]] std::vector<Condition> parse_conditions(std::string_view text,
                                                      std::span<const MeasureName> names,
                                                      std::string_view option);

// A percentile as it is named: "99.9" is 0.999. Nothing for what is none, or not within 0 to 100.
[[nodiscard]] std::optional<double> parse_percentile(std::string_view text) noexcept;

}  // namespace commands
