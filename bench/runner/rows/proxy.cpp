// What gnet proxy costs: a stream in bulk through SOCKS 5, and connections that come and go.

#include <fmt/core.h>

#include "bench/runner/cpu.h"
#include "bench/runner/relays.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr const char* kBulk = "8388608";  // bytes for which the far end says one
constexpr double kMiBOfBulk = 8;

double rate(const LoadReport& report) {
  return report.at("rate");
}

// The peer is the first, with which the others are compared.
std::vector<Server> proxies(const Bench& bench, const std::string& protocol) {
  std::vector<Server> servers;
  if (auto peer = microsocks(protocol)) servers.push_back(std::move(*peer));
  servers.push_back(proxy(bench, protocol));
  return servers;
}

void add_subjects(const Rounds& rounds, const std::string& unit, double units, RowResult& result) {
  for (const auto& server : rounds.servers) {
    Subject subject{server.name, {}, server.failure};
    if (!subject.failed()) {
      subject.values = {{unit + "/s", Rounds::median_of(server, rate) * units},
                        {"ratio", rounds.ratio_to_floor(server, rate)},
                        {"+-", rounds.ratio_error(server, rate)},
                        {"cpu us/" + unit, Rounds::median_of(server, cpu_per_round_trip) / units},
                        {"cpu ratio", rounds.ratio_to_floor(server, cpu_per_round_trip)}};
    }
    result.subjects.push_back(std::move(subject));
  }
}

void run_bulk(const Bench& bench, RowResult& result) {
  const std::string what = "MiB a second";
  with_tools(bench, result, what, {}, [&] {
    const FarEnd sink(bench, {bench.program("bulk_sink"), "0", kBulk});
    const auto rounds =
        run_slices(bench, proxies(bench, "bulk"), {"--size", kBulk, "--socks-to", sink.port()});
    add_subjects(rounds, "MiB", kMiBOfBulk, result);
    result.checks.push_back(against(result, "microsocks", "ratio", what, Bound::at_least, 1));
  });
}

void run_connect(const Bench& bench, RowResult& result) {
  const std::string what = "connections a second";
  with_tools(bench, result, what, {}, [&] {
    const FarEnd echo(bench, {bench.program("peer_epoll"), "0"});
    const auto seconds = fmt::format("{:.3f}", bench.slice * bench.slices / 4);
    const auto rounds = run_rounds(bench, proxies(bench, "echo"),
                                   {"connect", "--duration", seconds, "--socks-to", echo.port()});
    add_subjects(rounds, "conn", 1, result);
    result.checks.push_back(against(result, "microsocks", "ratio", what, Bound::at_least, 1));
  });
}

}  // namespace

void add_proxy_rows(std::vector<Row>& rows) {
  rows.push_back({"proxy-bulk", "one stream in bulk through SOCKS 5", run_bulk});
  rows.push_back(
      {"proxy-connect", "connect through SOCKS 5, echo and close, one after another", run_connect});
}

}  // namespace bench
