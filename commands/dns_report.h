// What gnet dns tells: each outcome in the order of the questions, and in the end what has come of
// them all.
//
// Threads: belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/out/exit_status.h"
#include "commands/dns_format.h"
#include "commands/dns_options.h"
#include "gnet/base/duration.h"
#include "gnet/base/histogram.h"
#include "gnet/sync/semaphore.h"

namespace commands {

class DnsReport {
 public:
  explicit DnsReport(const DnsOptions& options) : options_(options) {}

  // Suspends while too many outcomes wait for one before them.
  void await_room() { room_.acquire(); }

  // Takes an outcome, of whatever number: it is told when those before it are.
  void take(DnsOutcome outcome);

  // In the end, or on SIGUSR1: `over` says which.
  void tell_summary(bool over);

  // The status of the first question that has failed; where questions are asked again and again, or
  // a name for all types, that one of them has an answer is enough.
  [[nodiscard]] cli::Exit status() const;

 private:
  void tell(const DnsOutcome& outcome);
  void tell_failure(const DnsOutcome& outcome) const;
  void tell_again(const DnsOutcome& outcome) const;
  [[nodiscard]] std::string totals() const;
  [[nodiscard]] std::string json_totals() const;
  [[nodiscard]] bool repeats() const noexcept { return options_.count.has_value(); }

  const DnsOptions& options_;
  const gnet::TimePoint began_ = gnet::Clock::now();
  gnet::Semaphore room_{4096};
  std::map<std::size_t, DnsOutcome> waiting_;
  std::size_t next_ = 0;
  std::string text_;                  // to be printed
  std::vector<std::string> answers_;  // of --json
  std::vector<std::string> questions_;

  std::map<std::string, std::uint64_t> statuses_;
  std::unique_ptr<gnet::FineHistogram> times_ = std::make_unique<gnet::FineHistogram>();
  std::uint64_t answered_ = 0;  // by whatever answer
  std::uint64_t good_ = 0;
  std::optional<cli::Exit> first_failure_;
};

}  // namespace commands
