// Connections that come, echo once and go, one after another.

#include <fmt/core.h>

#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

double rate(const LoadReport& report) {
  return report.at("rate");
}

double cpu_per_connection(const LoadReport& report) {
  return report.at("server_cpu_ns") / 1e3 / report.at("round_trips");
}

void run(const Bench& bench, RowResult& result) {
  const auto rounds =
      run_rounds(bench, bench.all_or_floor_and_gnet(),
                 {"connect", "--duration", fmt::format("{:.3f}", bench.slice * bench.slices / 4)});
  const auto what = "gnet, connections a second / floor";
  auto check = skipped_check(what, "no gnet");
  for (const auto& server : rounds.servers) {
    Subject subject{server.name, {}, server.failure};
    if (!subject.failed()) {
      subject.values = {{"conns/s", Rounds::median_of(server, rate)},
                        {"ratio", rounds.ratio_to_floor(server, rate)},
                        {"cpu us/conn", Rounds::median_of(server, cpu_per_connection)}};
    }
    if (server.name == kGnet) {
      check = subject.failed() ? failed_check(what, subject.failure)
                               : Check{what, subject.at("ratio"), "x", Bound::at_least, 0.9};
    }
    result.subjects.push_back(std::move(subject));
  }
  result.checks.push_back(std::move(check));
}

}  // namespace

void add_connect_rows(std::vector<Row>& rows) {
  rows.push_back({"connect", "connect, echo and close, one after another", run});
}

}  // namespace bench
