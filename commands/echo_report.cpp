#include "commands/echo_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/out/json.h"
#include "cli/out/output.h"
#include "cli/out/terminal.h"

namespace commands {

using cli::microseconds;

std::string rtt_text(gnet::Duration rtt) {
  const double value = microseconds(rtt);
  const std::string_view micro = cli::prints_utf8() ? "µs" : "us";
  if (value < 10) return fmt::format("{:.1f} {}", value, micro);
  if (value < 1000) return fmt::format("{:.0f} {}", value, micro);
  if (value < 10'000) return fmt::format("{:.2f} ms", value / 1000);
  if (value < 1'000'000) return fmt::format("{:.0f} ms", value / 1000);
  return fmt::format("{:.2f} s", value / 1'000'000);
}

void EchoReport::echoed(const EchoResult& result) {
  --pending_;
  ++(result.matches ? received_ : mismatched_);
  rtt_.record(result.rtt);
  if (!tells_echoes()) return;
  if (json_) {
    cli::print_line(cli::event("echo")
                        .add("endpoint", result.peer)
                        .add("seq", result.sequence)
                        .add("bytes", result.bytes)
                        .add("rtt_us", microseconds(result.rtt))
                        .add("ok", result.matches)
                        .text());
  } else {
    cli::print_line(fmt::format("{} B from {} seq={} rtt={}{}", result.bytes, result.peer,
                                result.sequence, rtt_text(result.rtt),
                                result.matches ? "" : " MISMATCH"));
  }
}

void EchoReport::lost(const std::string& peer, std::uint64_t sequence, const std::string& reason) {
  // A connection that ends at once has taken nothing.
  if (pending_ > 0) --pending_;
  ++lost_;
  if (!tells()) return;
  if (json_) {
    cli::print_line(
        cli::event("lost").add("endpoint", peer).add("seq", sequence).add("reason", reason).text());
  } else {
    cli::print_line(fmt::format("no echo from {} seq={}: {}", peer, sequence, reason));
  }
}

void EchoReport::summary() const {
  if (!tells()) return;
  const std::uint64_t sent = received_ + lost_ + mismatched_;
  if (json_) {
    cli::print_line(cli::event("summary")
                        .add("sent", sent)
                        .add("received", received_)
                        .add("lost", lost_)
                        .add("mismatched", mismatched_)
                        .add("dropped", dropped_)
                        .add("min_us", microseconds(rtt_.min()))
                        .add("avg_us", microseconds(rtt_.mean()))
                        .add("p99_us", microseconds(rtt_.percentile(0.99)))
                        .add("max_us", microseconds(rtt_.max()))
                        .text());
    return;
  }
  std::string text = fmt::format("{} sent, {} received, {} lost, {} mismatched", sent, received_,
                                 lost_, mismatched_);
  if (dropped_ > 0) text += fmt::format(", {} dropped", dropped_);
  if (rtt_.count() > 0) {
    text +=
        fmt::format("\nrtt min {}, avg {}, p99 {}, max {}", rtt_text(rtt_.min()),
                    rtt_text(rtt_.mean()), rtt_text(rtt_.percentile(0.99)), rtt_text(rtt_.max()));
  }
  cli::print_line(text);
}

}  // namespace commands
