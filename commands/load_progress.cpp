#include "commands/load_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "cli/out/output.h"
#include "cli/out/plural.h"
#include "gnet/base/duration.h"

namespace commands {
namespace {

constexpr gnet::Duration kPaint = std::chrono::milliseconds(100);
constexpr gnet::Duration kTenth = std::chrono::milliseconds(100);
constexpr const char* kWipe = "\r\x1b[K";

std::string tenths(gnet::Duration time) {
  return fmt::format("{:.1f}s", static_cast<double>(time / kTenth) / 10);
}

std::string line_of(const LoadRun::Standing& standing, const LoadTally& recent,
                    const LoadTally& total) {
  if (standing.connecting) {
    return fmt::format("connecting: {} open", cli::plural(standing.connections, "connection"));
  }
  std::string line = tenths(std::max<gnet::Duration>(standing.elapsed, gnet::Duration::zero()));
  if (standing.length > gnet::Duration::zero()) line += " of " + tenths(standing.length);
  line += fmt::format("  {}/s  {} in flight", recent.answers, standing.in_flight);
  if (standing.waiting > 0) line += fmt::format(", {} waiting", standing.waiting);
  if (recent.answers > 0) {
    line +=
        fmt::format("  p50 {}  p99 {}", gnet::format_duration(recent.latency.percentile(0.5), 3),
                    gnet::format_duration(recent.latency.percentile(0.99), 3));
  }
  line += fmt::format("  {}", cli::plural(total.failures(), "error"));
  if (total.dropped > 0) line += fmt::format("  {} dropped", total.dropped);
  if (standing.ending) line += "  waiting for answers";
  return line;
}

}  // namespace

LoadProgress::LoadProgress(const LoadOptions& options) {
  if (options.no_progress || options.quiet.times > 0) return;
  at_terminal_ = isatty(STDERR_FILENO) == 1 && !options.json;
  if (options.interval) {
    every_ = *options.interval;
  } else if (at_terminal_) {
    every_ = kPaint;
  }
}

void LoadProgress::show(const LoadRun::Standing& standing, const LoadTally& recent,
                        const LoadTally& total) {
  const std::string line = line_of(standing, recent, total);
  cli::write_all(STDERR_FILENO, at_terminal_ ? kWipe + line : line + "\n");
  dirty_ = at_terminal_;
}

void LoadProgress::wipe() {
  if (dirty_) cli::write_all(STDERR_FILENO, kWipe);
  dirty_ = false;
}

}  // namespace commands
