#include "commands/ping_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/control/reply.h"
#include "cli/out/output.h"
#include "gnet/base/utf8.h"

namespace commands {
namespace {

using PingCells = std::vector<std::string>;

using cli::microseconds;

std::string short_text(gnet::Duration time) {
  return gnet::format_duration(time, 3);
}

// "0%", "33.3%": what is not all, or not nothing, never looks so.
std::string loss_in_percent(double loss) {
  if (loss == 0 || loss == 1) return fmt::format("{:.0f}%", loss * 100);
  return fmt::format("{:.3g}%", std::clamp(loss * 100, 0.01, 99.99));
}

template <typename Histogram>
void add_ping_times(PingCells& cells, const Histogram& times) {
  if (times.count() == 0) {
    cells.insert(cells.end(), 6, "-");
    return;
  }
  for (const gnet::Duration time : {times.min(), times.mean(), times.percentile(0.5),
                                    times.percentile(0.95), times.percentile(0.99), times.max()}) {
    cells.push_back(short_text(time));
  }
}

template <typename Histogram>
void add_ping_times(cli::JsonObject& object, const Histogram& times) {
  if (times.count() == 0) return;
  object.add("min_us", microseconds(times.min()))
      .add("mean_us", microseconds(times.mean()))
      .add("p50_us", microseconds(times.percentile(0.5)))
      .add("p95_us", microseconds(times.percentile(0.95)))
      .add("p99_us", microseconds(times.percentile(0.99)))
      .add("max_us", microseconds(times.max()));
}

cli::JsonObject json_of(const PingTally& tally) {
  cli::JsonObject object;
  object.add("target", tally.name())
      .add("sent", tally.sent())
      .add("received", tally.received())
      .add("lost", tally.lost())
      .add("loss_percent", tally.loss() * 100);
  add_ping_times(object, tally.times());
  if (tally.received() > 1) object.add("jitter_us", microseconds(tally.jitter()));
  std::vector<cli::JsonObject> phases;
  for (const auto& [name, times] : tally.phases()) {
    add_ping_times(phases.emplace_back().add("phase", name).add("count", times->count()), *times);
  }
  return object.raw("phases", cli::json_list(phases));
}

}  // namespace

std::string ping_table(const std::vector<PingTally>& tallies) {
  std::vector<PingCells> rows = {
      {"TARGET", "SENT", "RECEIVED", "LOSS", "MIN", "MEAN", "P50", "P95", "P99", "MAX", "JITTER"}};
  for (const PingTally& tally : tallies) {
    PingCells& row = rows.emplace_back(
        PingCells{gnet::printable(tally.name()), std::to_string(tally.sent()),
                  std::to_string(tally.received()), loss_in_percent(tally.loss())});
    add_ping_times(row, tally.times());
    row.push_back(tally.received() > 1 ? short_text(tally.jitter()) : "-");
    for (const auto& [name, times] : tally.phases()) {
      PingCells& phase =
          rows.emplace_back(PingCells{"  " + name, "", std::to_string(times->count()), ""});
      add_ping_times(phase, *times);
    }
  }
  return cli::text_table(rows);
}

std::string ping_json(const std::vector<PingTally>& tallies) {
  std::vector<cli::JsonObject> objects;
  for (const PingTally& tally : tallies) objects.push_back(json_of(tally));
  return cli::json_list(objects);
}

PingReport::PingReport(const PingOptions& options, const std::vector<std::string>& names)
    : options_(options) {
  for (const std::string& name : names) tallies_.emplace_back(name);
}

void PingReport::answered(std::size_t target, std::uint64_t sequence, const PingAnswer& answer) {
  PingTally& tally = tallies_[target];
  PingAnswer kept = answer;
  if (!options_.split) kept.phases.clear();
  tally.answered(kept);
  if (options_.audible) cli::write_all(STDERR_FILENO, "\a");
  if (!tells_probes()) return;
  if (options_.json) {
    cli::JsonObject object = cli::event("reply");
    object.add("target", tally.name()).add("seq", sequence);
    if (kept.status != 0) object.add("status", kept.status);
    if (!kept.rcode.empty()) object.add("rcode", kept.rcode);
    object.add("time_us", microseconds(kept.time));
    for (const PingPhase& phase : kept.phases) {
      object.add(fmt::format("{}_us", phase.name), microseconds(phase.time));
    }
    return cli::print_line(object.text());
  }
  std::string line = fmt::format("{}: seq={}", gnet::printable(tally.name()), sequence);
  if (kept.status != 0) line += fmt::format(" status={}", kept.status);
  if (!kept.rcode.empty()) line += fmt::format(" rcode={}", kept.rcode);
  line += " time=" + short_text(kept.time);
  for (const PingPhase& phase : kept.phases) {
    line += fmt::format(" {}={}", phase.name, short_text(phase.time));
  }
  cli::print_line(line);
}

void PingReport::lost(std::size_t target, std::uint64_t sequence, const cli::Attempt& attempt) {
  PingTally& tally = tallies_[target];
  tally.lost(attempt.error);
  if (!tells_probes()) return;
  if (options_.json) {
    return cli::print_line(cli::event("lost")
                               .add("target", tally.name())
                               .add("seq", sequence)
                               .add("reason", attempt.reason)
                               .text());
  }
  cli::print_line(fmt::format("{}: seq={} lost: {}", gnet::printable(tally.name()), sequence,
                              gnet::printable(attempt.reason)));
}

void PingReport::summary(bool interim) const {
  if (options_.quiet.times > 1) return;
  if (options_.json) {
    const auto passed = gnet::Clock::now() - began_;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
    return cli::print_line(cli::event("summary")
                               .add("interim", interim)
                               .add("ms", ms)
                               .raw("targets", ping_json(tallies_))
                               .text());
  }
  cli::print((tells_probes() ? "\n" : "") + ping_table(tallies_) + (interim ? "\n" : ""));
}

}  // namespace commands
