// What has become of the probes to one target of gnet ping.
//
//   PingTally tally("tcp://db:5432");
//   tally.answered(answer);
//   tally.lost(nullptr);
//   tally.loss();                               // 0.5
//   tally.times().percentile(0.95);
//
// Threads: a value without locks.

#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/ping_probe.h"
#include "gnet/base/histogram.h"

namespace commands {

class PingTally {
 public:
  explicit PingTally(std::string name) : name_(std::move(name)) {}

  void answered(const PingAnswer& answer);
  // The error is what the probe has thrown; null: it was too late.
  void lost(const std::exception_ptr& error);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Probes whose fate is known, and how many of them were answered.
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return times_->count(); }
  [[nodiscard]] std::uint64_t lost() const noexcept { return sent_ - received(); }
  // The share of those that were not; 0 of none at all.
  [[nodiscard]] double loss() const noexcept;

  // Whether all of them were lost since the name has no address.
  [[nodiscard]] bool has_no_address() const noexcept { return sent_ > 0 && unresolved_ == sent_; }

  // Of the answers.
  [[nodiscard]] const gnet::FineHistogram& times() const noexcept { return *times_; }
  // The mean difference between an answer's time and that of the one before.
  [[nodiscard]] gnet::Duration jitter() const noexcept;

  // In the order in which they happen.
  using Phase = std::pair<std::string, std::unique_ptr<gnet::Histogram>>;
  [[nodiscard]] const std::vector<Phase>& phases() const noexcept { return phases_; }

 private:
  gnet::Histogram& phase(const char* name);

  std::string name_;
  std::uint64_t sent_ = 0;
  std::uint64_t unresolved_ = 0;
  std::unique_ptr<gnet::FineHistogram> times_ = std::make_unique<gnet::FineHistogram>();
  gnet::Duration last_{};
  gnet::Duration differences_{};
  std::vector<Phase> phases_;
};

// Whether an error is that a name has no address, and whether it is of no use to ask once more.
struct NameTrouble {
  bool any = false;
  bool for_ever = false;
};
[[nodiscard]] NameTrouble name_trouble(const std::exception_ptr& error);

}  // namespace commands
