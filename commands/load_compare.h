// A run beside one that was saved with --json: what has changed, and what got worse.
//
//   const LoadBase base = LoadBase::read("base.json");
//   const LoadComparison comparison = compare(results, view, base, 0.1);
//   for (const std::string& text : comparison.regressions()) say(text);   // "p99 was 10ms, …"
//
// Threads: values and functions without state.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/load_view.h"

namespace commands {

// A saved run.
struct LoadBase {
  std::string file;
  std::vector<std::string> targets = {};
  bool open_loop = false;
  bool stream = false;
  std::string latency_from;  // "intended", "sent"
  double intended_rate = 0;
  double connections = 0;  // asked for
  double rate = 0;
  double throughput = 0;           // bytes a second in both directions
  double errors = 0;               // share of the requests that were sent
  std::optional<double> p50 = {};  // microseconds; nothing was answered where they are missing
  std::optional<double> p90 = {};
  std::optional<double> p99 = {};

  // Throws cli::Failure for a file that cannot be read, is no JSON, or not what --json writes.
  [[nodiscard]] static LoadBase read(const std::string& file);
};

struct LoadChange {
  enum class Unit : std::uint8_t { each_second, bytes_each_second, microseconds, share };

  std::string name;  // "p99"
  Unit unit = Unit::each_second;
  std::optional<double> before;
  std::optional<double> now;
  bool worse = false;  // by more than was allowed

  // By which share it has changed: 0.1 is 10 % more. Nothing where one of them is missing, or there
  // was nothing before.
  [[nodiscard]] std::optional<double> change() const noexcept;
  [[nodiscard]] std::string before_text() const;
  [[nodiscard]] std::string now_text() const;
  [[nodiscard]] std::string change_text() const;  // "+10.0%"
};

struct LoadComparison {
  std::string file;
  std::optional<double> allowed;  // --regress, a share
  std::vector<LoadChange> changes;
  std::vector<std::string> notes;  // why the two may not be worth comparing

  // "p99 was 10ms and is 12ms: +20.0%, more than 10%".
  [[nodiscard]] std::vector<std::string> regressions() const;
};

// Worse is a rate that is lower, and anything else that is higher, by more than this share of what
// it was; from no errors to any is always more, and so is it when nothing is answered any more.
[[nodiscard]] LoadComparison compare(const LoadResults& results, const LoadView& view,
                                     const LoadBase& base, std::optional<double> allowed);

}  // namespace commands
