// What gnet ping tells: a line for each probe, and a summary.
//
//   PingReport report(options, {"tcp://db:5432", "https://web/"});
//   report.answered(0, 1, answer);
//   report.lost(1, 1, attempt);
//   report.summary(false);
//
// Threads: of one hub.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client/attempt.h"
#include "cli/out/json.h"
#include "commands/ping_options.h"
#include "commands/ping_tally.h"

namespace commands {

class PingReport {
 public:
  // Of the targets with these names. The options must outlive it.
  PingReport(const PingOptions& options, const std::vector<std::string>& names);

  void answered(std::size_t target, std::uint64_t sequence, const PingAnswer& answer);
  void lost(std::size_t target, std::uint64_t sequence, const cli::Attempt& attempt);

  // A table, or an object, of all targets; `interim`: there is more to come.
  void summary(bool interim) const;

  [[nodiscard]] const std::vector<PingTally>& tallies() const noexcept { return tallies_; }

 private:
  [[nodiscard]] bool tells_probes() const noexcept { return options_.quiet.times == 0; }

  const PingOptions& options_;
  const gnet::TimePoint began_ = gnet::Clock::now();
  std::vector<PingTally> tallies_;
};

// The summary of these targets, as text and as JSON.
[[nodiscard]] std::string ping_table(const std::vector<PingTally>& tallies);
[[nodiscard]] std::string ping_json(const std::vector<PingTally>& tallies);

}  // namespace commands
