// What a row of the benchmark has found, and how it is shown.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

// One line of a row's table: a server or an operation, and its values by column name.
struct Subject {
  std::string name;
  std::vector<std::pair<std::string, double>> values;
  std::string failure;  // why there are no values; empty when all went well

  [[nodiscard]] bool failed() const { return !failure.empty(); }
  [[nodiscard]] double at(const std::string& column) const;  // throws std::out_of_range
};

enum class Bound { at_most, at_least, below, above };
enum class Verdict { pass, miss, skipped };

// One promise, and whether it is kept.
struct Check {
  std::string what;  // "gnet / floor"
  double measured = 0;
  std::string unit;  // "x", "us", "KiB"
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

// The row's table and its verdicts, for people.
std::string table(const RowResult& row);

// All verdicts, one line each.
std::string summary(const std::vector<RowResult>& rows);

std::string json(const std::vector<RowResult>& rows);

}  // namespace bench
