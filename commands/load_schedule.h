// When requests are due, in an open loop: moments that do not depend on any answer.
//
//   LoadSchedule schedule(parse_rate("1000/s"), 10s);
//   while (const auto due = schedule.next()) { … schedule.pop(); }   // 0, 1 ms, 2 ms, …
//
// Rates may change in the course of time, in steps or evenly. Threads share a schedule: each has
// every n-th moment of it.
//
// Threads: a value without locks.

#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "commands/load_options.h"
#include "gnet/base/duration.h"

namespace commands {

// Some time, in which the rate goes evenly from one to another; both a second.
struct LoadStage {
  double from = 0;
  double to = 0;
  gnet::Duration time{};
};
using LoadStages = std::vector<LoadStage>;

// "1000", "1000/s", "90/m", "2k": a second. Throws UsageError that names the option.
[[nodiscard]] double parse_load_rate(const std::string& text, const std::string& option);
// "100@10s,500@30s": steps.
[[nodiscard]] LoadStages parse_load_stages(const std::string& text);
// "0..1000/30s": evenly.
[[nodiscard]] LoadStage parse_load_ramp(const std::string& text);

[[nodiscard]] gnet::Duration length_of(const LoadStages& stages);
// The requests of all of it, and the rate at a moment of it: that of its end, behind it.
[[nodiscard]] double requests_of(const LoadStages& stages);
[[nodiscard]] double rate_at(const LoadStages& stages, gnet::Duration moment);
// The mean between two moments; nothing is due behind the end.
[[nodiscard]] double mean_rate(const LoadStages& stages, gnet::Duration from, gnet::Duration to);

class LoadSchedule {
 public:
  // One of so many that share it. With a limit it ends after so many requests of all.
  struct Share {
    std::uint64_t index = 0;
    std::uint64_t of = 1;
    std::optional<std::uint64_t> limit = std::nullopt;
    std::uint64_t seed = 1;
  };
  LoadSchedule(LoadStages stages, LoadArrival arrival, Share share);

  // The moment that comes next, since the start; nothing at the end.
  [[nodiscard]] std::optional<gnet::Duration> next() const noexcept { return next_; }
  void pop();

 private:
  void find_next();
  [[nodiscard]] double gap();

  LoadStages stages_;
  LoadArrival arrival_;
  Share share_;
  std::minstd_rand random_;
  std::uint64_t popped_ = 0;
  std::size_t stage_ = 0;
  gnet::Duration stage_began_{};
  double position_ = 0;  // of the next one, in requests since the stage began
  std::optional<gnet::Duration> next_;
};

}  // namespace commands
