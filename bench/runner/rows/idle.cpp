// CPU time of a server that holds connections on which nothing happens.

#include <chrono>
#include <memory>
#include <thread>

#include "bench/load/clock.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr int kConnections = 100;
constexpr double kSpan = 10;  // seconds to which the result refers

// All servers rest at the same time: an idle one disturbs nobody.
struct Resting {
  Resting(const Bench& bench, const Server& server)
      : running(bench, server), connections(bench, running, kConnections), clock(running.pid()) {}

  RunningServer running;
  IdleConnections connections;
  ProcessClock clock;
  Nanoseconds start = 0;
};

void run(const Bench& bench, RowResult& result) {
  const double seconds = bench.quick ? 2 : kSpan;
  std::vector<std::unique_ptr<Resting>> resting;
  const auto servers = bench.all_or_floor_and_gnet();
  for (const auto& server : servers) {
    Subject subject{server.name, {}, {}};
    resting.push_back(nullptr);
    try {
      resting.back() = std::make_unique<Resting>(bench, server);
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    result.subjects.push_back(std::move(subject));
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  for (auto& one : resting) {
    if (one) one->start = one->clock.read();
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const auto what = "gnet, CPU time in 10 s at rest";
  auto check = skipped_check(what, "no gnet");
  for (std::size_t i = 0; i < resting.size(); ++i) {
    auto& subject = result.subjects[i];
    if (resting[i]) {
      const auto used = static_cast<double>(resting[i]->clock.read() - resting[i]->start);
      subject.values = {{"ms in 10 s", used / 1e6 * kSpan / seconds}};
    }
    if (subject.name != kGnet) continue;
    check = subject.failed() ? failed_check(what, subject.failure)
                             : Check{what, subject.at("ms in 10 s"), "ms", Bound::below, 1};
  }
  result.checks.push_back(std::move(check));
}

}  // namespace

void add_idle_rows(std::vector<Row>& rows) {
  rows.push_back({"idle", "CPU time of a server with 100 connections at rest", run});
}

}  // namespace bench
