// What the reports of gnet load show of what was found: which percentiles, and which latency leads.
//
//   const LoadView view = load_view(options);
//   view.leading(results.total).percentile(0.99);
//
// Threads: values and functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/load_options.h"
#include "commands/load_results.h"

namespace commands {

struct LoadPercentile {
  std::string name;  // "p99.9", "max"
  double share;      // 0.999, 1
};

// "50,99.9,max" in the order in which they are given, each once. Throws cli::UsageError.
[[nodiscard]] std::vector<LoadPercentile> parse_percentiles(std::string_view text);

struct LoadView {
  std::vector<LoadPercentile> percentiles = parse_percentiles(LoadOptions().percentiles);
  LatencyFrom from = LatencyFrom::intended;
  bool histogram = false;
  bool utf8 = false;   // bars may be made of blocks
  bool color = false;  // headings may be bold

  // The latency that conditions and comparisons are about, and the other one.
  [[nodiscard]] const gnet::FineHistogram& leading(const LoadTally& tally) const noexcept {
    return from == LatencyFrom::sent ? tally.uncorrected : tally.latency;
  }
  [[nodiscard]] const gnet::FineHistogram& other(const LoadTally& tally) const noexcept {
    return from == LatencyFrom::sent ? tally.latency : tally.uncorrected;
  }
};

// What the options ask for. Throws cli::UsageError.
[[nodiscard]] LoadView load_view(const LoadOptions& options);

}  // namespace commands
