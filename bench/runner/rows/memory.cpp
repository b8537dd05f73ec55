// Memory in RAM: of an idle connection, and of a parked fiber.

#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "bench/runner/rows.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

constexpr int kConnections = 10000;
constexpr int kFibers = 100000;
constexpr double kKiB = 1024;

// The first connection pays for what all share, and so does not count.
double memory_per_connection(const Bench& bench, const Server& server) {
  RunningServer running(bench, server);
  IdleConnections first(bench, running, 1);
  const auto before = resident_memory(running.pid());
  IdleConnections many(bench, running, kConnections);
  // What waits for half a second gives back what it does not need meanwhile.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  const auto after = resident_memory(running.pid());
  return (static_cast<double>(after) - static_cast<double>(before)) / kConnections / kKiB;
}

void run_connections(const Bench& bench, RowResult& result) {
  const auto what = "gnet, resident memory per idle connection";
  if (sysconf(_SC_OPEN_MAX) < kConnections + 1000) {
    result.checks.push_back(skipped_check(what, "too few descriptors; raise ulimit -Hn"));
    return;
  }
  auto check = skipped_check(what, "no gnet");
  for (const auto& server : bench.all_or_floor_and_gnet()) {
    Subject subject{server.name, {}, {}};
    try {
      subject.values = {{"KiB/conn", memory_per_connection(bench, server)}};
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    if (server.name == kGnet) {
      check = subject.failed() ? failed_check(what, subject.failure)
                               : Check{what, subject.at("KiB/conn"), "KiB", Bound::at_most, 6};
    }
    result.subjects.push_back(std::move(subject));
  }
  result.checks.push_back(std::move(check));
}

// What a connection costs that waits for the next request, or message.
void run_idle(const Bench& bench, RowResult& result, const Server& server, const std::string& what,
              double bound) {
  with_tools(bench, result, what, {}, [&] {
    const double memory = memory_per_connection(bench, server);
    result.subjects.push_back({server.name, {{"KiB/conn", memory}}, {}});
    result.checks.push_back({what, memory, "KiB", Bound::at_most, bound});
  });
}

void run_idle_http(const Bench& bench, RowResult& result) {
  run_idle(bench, result, hello_server(bench), "gnet, resident memory per idle HTTP connection", 6);
}

void run_idle_web_socket(const Bench& bench, RowResult& result) {
  run_idle(bench, result, tool_server(bench, "ws-deflate", {"ws-echo", "--ping-interval", "1h"}),
           "gnet, resident memory per idle WebSocket with compression", 8);
}

void run_fibers(const Bench& bench, RowResult& result) {
  const auto what = "resident memory per parked fiber";
  const auto probe = bench.program("probe_parked_fibers");
  if (access(probe.c_str(), X_OK) != 0) {
    result.checks.push_back(skipped_check(what, "not built"));
    return;
  }
  try {
    const auto report = parse_report(output_of(bench, {probe, std::to_string(kFibers)}));
    result.subjects.push_back({"parked fibers",
                               {{"fibers", report.at("fibers")},
                                {"KiB/fiber", report.at("bytes_per_fiber") / kKiB},
                                {"mappings", report.at("mappings")},
                                {"us/spawn", report.at("spawn_ns") / 1e3}},
                               {}});
    result.checks.push_back(
        {what, report.at("bytes_per_fiber") / kKiB, "KiB", Bound::at_most, 4.5});
    result.checks.push_back({"fibers at once", report.at("fibers"), "", Bound::at_least, kFibers});
    result.checks.push_back(
        {"of them guarded", report.at("guarded"), "", Bound::at_least, kFibers});
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
}

void run_timers(const Bench& bench, RowResult& result) {
  const auto probe = bench.program("probe_many_timers");
  if (access(probe.c_str(), X_OK) != 0) {
    result.checks.push_back(skipped_check("a timeout of a million", "not built"));
    return;
  }
  try {
    std::vector<double> timeout;
    std::vector<double> raw;
    std::vector<double> ratio;
    std::vector<double> sleeper;
    for (int round = 0; round < bench.rounds; ++round) {
      const auto report = parse_report(output_of(bench, {probe, "1000000"}));
      timeout.push_back(report.at("timeout_ns"));
      raw.push_back(report.at("raw_ns"));
      ratio.push_back(timeout.back() / raw.back());
      sleeper.push_back(report.at("bytes_per_sleeper") / kKiB);
    }
    result.subjects.push_back(
        {"a timeout", {{"ns", median(timeout)}, {"ratio", median(ratio)}}, {}});
    result.subjects.push_back({"a timer by hand", {{"ns", median(raw)}}, {}});
    result.checks.push_back({"arm and cancel one of 1,000,000 timeouts / timers by hand",
                             median(ratio), "x", Bound::at_most, 3});
    result.checks.push_back({"resident memory per sleeping fiber, 100,000 of them", median(sleeper),
                             "KiB", Bound::at_most, 6});
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check("a timeout of a million", error.what()));
  }
}

}  // namespace

void add_memory_rows(std::vector<Row>& rows) {
  rows.push_back({"rss-connection", "memory per idle connection, 10,000 at once", run_connections});
  rows.push_back({"http-memory", "memory per idle HTTP connection, 10,000 at once", run_idle_http});
  rows.push_back({"ws-memory", "memory per idle WebSocket, 10,000 at once", run_idle_web_socket});
  rows.push_back({"rss-fiber", "100,000 parked fibers at once", run_fibers});
  rows.push_back(
      {"many-timers", "a million timeouts at once, 100,000 sleeping fibers", run_timers});
}

}  // namespace bench
