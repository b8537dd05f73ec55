#include "commands/load_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "gnet/base/decimal.h"

namespace commands {
namespace {

constexpr double kMostRate = 1e9;

double stage_seconds(gnet::Duration time) {
  return std::chrono::duration<double>(time).count();
}

[[noreturn]] void refuse_rate(const std::string& text, const std::string& option,
                              const std::string& wanted) {
  throw cli::UsageError(fmt::format("bad value '{}' for {}: must be {}", text, option, wanted));
}

gnet::Duration parse_time(std::string_view text, const std::string& whole,
                          const std::string& option) {
  const auto time = gnet::parse_duration(text);
  if (!time || *time <= gnet::Duration::zero()) {
    refuse_rate(whole, option, fmt::format("with a duration, and '{}' is none", text));
  }
  return *time;
}

// Zero is a rate as well: nothing is sent for a while.
std::optional<double> rate_of(std::string_view text) {
  double unit = 1;
  if (text.ends_with("/s")) {
    text.remove_suffix(2);
  } else if (text.ends_with("/m")) {
    text.remove_suffix(2);
    unit = 1.0 / 60;
  }
  const auto number = gnet::detail::take_decimal(text);
  if (!number) return std::nullopt;
  if (text == "k" || text == "K") {
    unit *= 1e3;
  } else if (text == "M") {
    unit *= 1e6;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  const double rate = (static_cast<double>(number->whole) +
                       static_cast<double>(number->fraction) / static_cast<double>(number->scale)) *
                      unit;
  return rate <= kMostRate ? std::optional(rate) : std::nullopt;
}

double rate_in(const LoadStage& stage, gnet::Duration moment) {
  return stage.from + (stage.to - stage.from) * (stage_seconds(moment) / stage_seconds(stage.time));
}

// How many requests a stage has, and the moment of one of them. A root that is written like this
// stays exact where the rate hardly changes.
double requests_in(const LoadStage& stage) {
  return (stage.from + stage.to) / 2 * stage_seconds(stage.time);
}

double moment_of(const LoadStage& stage, double position) {
  if (position <= 0 && stage.from <= 0) return 0;
  const double growth = (stage.to - stage.from) / stage_seconds(stage.time);
  const double root = stage.from * stage.from + 2 * growth * position;
  return 2 * position / (stage.from + std::sqrt(std::max(root, 0.0)));
}

}  // namespace

double parse_load_rate(const std::string& text, const std::string& option) {
  const auto rate = rate_of(text);
  if (!rate || *rate <= 0)
    refuse_rate(text, option, "a number of requests, as in 1000, 1000/s or 90/m");
  return *rate;
}

LoadStages parse_load_stages(const std::string& text) {
  LoadStages stages;
  for (const std::string& item : cli::items_of(text)) {
    const std::size_t at = item.find('@');
    const auto rate = rate_of(std::string_view(item).substr(0, at));
    if (at == item.npos || !rate) refuse_rate(text, "--stages", "RATE@TIME, as in 100@10s,500@30s");
    const gnet::Duration time = parse_time(std::string_view(item).substr(at + 1), text, "--stages");
    stages.push_back({*rate, *rate, time});
  }
  if (stages.empty()) refuse_rate(text, "--stages", "RATE@TIME, as in 100@10s,500@30s");
  if (requests_of(stages) <= 0) refuse_rate(text, "--stages", "more than pauses");
  return stages;
}

LoadStage parse_load_ramp(const std::string& text) {
  constexpr const char* kWanted = "FROM..TO/TIME, as in 0..1000/30s";
  const std::string_view all = text;
  const std::size_t dots = all.find("..");
  const std::size_t slash = all.rfind('/');
  if (dots == all.npos || slash == all.npos || slash < dots) refuse_rate(text, "--ramp", kWanted);
  const auto from = rate_of(all.substr(0, dots));
  const auto to = rate_of(all.substr(dots + 2, slash - dots - 2));
  if (!from || !to) refuse_rate(text, "--ramp", kWanted);
  if (*from + *to <= 0) refuse_rate(text, "--ramp", "more than a pause");
  return {*from, *to, parse_time(all.substr(slash + 1), text, "--ramp")};
}

gnet::Duration length_of(const LoadStages& stages) {
  gnet::TimeSpan sum;
  for (const LoadStage& stage : stages) {
    const gnet::Duration left = gnet::Duration::max() - sum;
    sum = stage.time < left ? gnet::Duration(sum + stage.time) : gnet::Duration::max();
  }
  return sum;
}

double requests_of(const LoadStages& stages) {
  double sum = 0;
  for (const LoadStage& stage : stages) sum += requests_in(stage);
  return sum;
}

double rate_at(const LoadStages& stages, gnet::Duration moment) {
  for (const LoadStage& stage : stages) {
    if (moment < stage.time) return rate_in(stage, moment);
    moment -= stage.time;
  }
  return stages.empty() ? 0 : stages.back().to;
}

double mean_rate(const LoadStages& stages, gnet::Duration from, gnet::Duration to) {
  const gnet::Duration whole = to - from;
  double requests = 0;
  for (const LoadStage& stage : stages) {
    const gnet::Duration begin = std::max(from, gnet::Duration::zero());
    const gnet::Duration end = std::min(to, stage.time);
    if (begin < end) {
      const double mean = (rate_in(stage, begin) + rate_in(stage, end)) / 2;
      if (end - begin == whole) return mean;
      requests += mean * stage_seconds(end - begin);
    }
    if (to <= stage.time) break;
    from -= stage.time;
    to -= stage.time;
  }
  return whole > gnet::Duration::zero() ? requests / stage_seconds(whole) : 0;
}

LoadSchedule::LoadSchedule(LoadStages stages, LoadArrival arrival, Share share)
    : stages_(std::move(stages)),
      arrival_(arrival),
      share_(share),
      random_(static_cast<std::minstd_rand::result_type>(share.seed)) {
  position_ = arrival_ == LoadArrival::constant ? static_cast<double>(share_.index) : gap();
  find_next();
}

void LoadSchedule::pop() {
  ++popped_;
  position_ += gap();
  find_next();
}

// In requests of all who share it. Those of a Poisson process come as if by chance.
double LoadSchedule::gap() {
  const auto others = static_cast<double>(share_.of);
  if (arrival_ == LoadArrival::constant) return others;
  return std::exponential_distribution<double>(1)(random_) * others;
}

void LoadSchedule::find_next() {
  next_.reset();
  if (share_.limit && share_.index + popped_ * share_.of >= *share_.limit) return;
  for (; stage_ < stages_.size(); ++stage_) {
    const LoadStage& stage = stages_[stage_];
    const double all = requests_in(stage);
    if (position_ < all) {
      const double moment = std::min(moment_of(stage, position_), stage_seconds(stage.time));
      next_ = stage_began_ + gnet::TimeSpan(std::chrono::duration<double>(moment));
      return;
    }
    position_ -= all;
    stage_began_ += stage.time;
  }
}

}  // namespace commands
