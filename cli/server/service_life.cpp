#include "cli/server/service_life.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

constexpr gnet::Duration kLongestDelay = std::chrono::seconds(30);

}  // namespace

void read_value(std::string_view text, RestartLimit& value) {
  const std::size_t slash = text.find('/');
  Count times;
  read_value(text.substr(0, slash), times);
  value.times = times.number;
  if (slash == text.npos) {
    if (times.number != 0) throw BadValue("must be a number and a time, as 5/1m");
    return;
  }
  std::string time(text.substr(slash + 1));
  if (time == "min") time = "m";
  if (!time.empty() && (time.front() < '0' || time.front() > '9')) time.insert(0, "1");
  read_value(time, value.within);
  if (value.within <= gnet::Duration::zero()) throw BadValue("must be within more than no time");
}

std::string show(RestartLimit value) {
  if (value.times == 0) return "0";
  return fmt::format("{}/{}", value.times, show(value.within));
}

const std::vector<Flag>& ServiceLife::flags() {
  using Life = ServiceLife;
  static const std::vector<Row<Life>> rows{
      {"--after", "NAME", &Life::after, "services that begin before it, and end after it"},
      {"--restart",
       "WHEN",
       &Life::restart,
       "begin anew when it has ended: no, on-failure, always",
       {.choices = {"no", "on-failure", "always"}}},
      {"--restart-delay", "D", &Life::restart_delay,
       "the first delay before that, doubled from one to the next up to 30s"},
      {"--max-restarts", "N/D", &Life::max_restarts,
       "a service that begins anew more often within that time has failed; 0: no limit"},
      {"--required", &Life::required, "its failure ends the process"},
  };
  static const std::vector<Flag> flags = flags_of(rows);
  return flags;
}

Restarts::Restarts(const ServiceLife& life)
    : when_(life.restart),
      limit_(life.max_restarts),
      delays_{.initial = life.restart_delay,
              .max = std::max<gnet::Duration>(kLongestDelay, life.restart_delay),
              .jitter = 0} {}

std::optional<gnet::Duration> Restarts::after_end(bool failed, gnet::Duration lived,
                                                  gnet::TimePoint now) {
  too_many_ = false;
  if (when_ == RestartWhen::no || (when_ == RestartWhen::on_failure && !failed)) return {};
  if (lived >= delays_.reset_after) in_a_row_ = 0;
  while (!recent_.empty() && now - recent_.front() >= limit_.within) recent_.pop_front();
  if (limit_.times != 0 && recent_.size() >= limit_.times) {
    too_many_ = true;
    return {};
  }
  if (limit_.times != 0) recent_.push_back(now);
  ++count_;
  return delays_.initial.count() > 0 ? delays_.delay(++in_a_row_, 0.5) : gnet::Duration::zero();
}

}  // namespace cli
