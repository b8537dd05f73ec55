// What a row of the benchmark has found, and how it is shown.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

// A number, and between which bounds it was found when the whole table was measured several times.
struct Measured {
  double median = 0;
  double least = 0;
  double most = 0;
  int runs = 0;

  Measured() = default;
  Measured(double value) : median(value), least(value), most(value), runs(1) {}  // NOLINT: is one
  explicit Measured(std::vector<double> values);
};

// One line of a row's table: a server or an operation, and its values by column name.
struct Subject {
  std::string name;
  std::vector<std::pair<std::string, Measured>> values;
  std::string failure;  // why there are no values; empty when all went well

  [[nodiscard]] bool failed() const { return !failure.empty(); }
  [[nodiscard]] double at(const std::string& column) const;  // throws std::out_of_range
};

enum class Bound { at_most, at_least, below, above };
enum class Verdict { pass, miss, skipped };

// One promise, and whether it is kept.
struct Check {
  std::string what;   // "gnet / floor"
  Measured measured;  // its median is what counts
  std::string unit;   // "x", "us", "KiB"
  Bound sense = Bound::at_most;
  double bound = 0;
  std::string reason{};   // why it could not be measured: failed, or not installed
  bool available = true;  // false: what it needs is not there, which is no miss

  [[nodiscard]] Verdict verdict() const;
};

// A check that could not be made because something is not installed.
Check skipped_check(std::string what, std::string reason);

// A check that could not be made because the program failed: a miss.
Check failed_check(std::string what, std::string reason);

struct RowResult {
  std::string name;
  std::string title;
  std::vector<Subject> subjects;
  std::vector<Check> checks;
};

// What several runs of one row have found together. What failed once has failed.
RowResult merged(const std::vector<RowResult>& runs);

// The row's table and its verdicts, for people.
std::string table(const RowResult& row);

// All verdicts, one line each.
std::string summary(const std::vector<RowResult>& rows);

std::string json(const std::vector<RowResult>& rows);

}  // namespace bench
