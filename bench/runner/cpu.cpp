#include "bench/runner/cpu.h"

#include <algorithm>

namespace bench {
namespace {

const Subject* find(const RowResult& result, const std::string& name) {
  const auto found = std::find_if(result.subjects.begin(), result.subjects.end(),
                                  [&](const Subject& subject) { return subject.name == name; });
  return found == result.subjects.end() ? nullptr : &*found;
}

}  // namespace

double cpu_per_round_trip(const LoadReport& report) {
  return report.at("server_cpu_ns") / 1e3 / report.at("round_trips");
}

void add_cpu_subjects(const Rounds& rounds, const std::string& each, RowResult& result) {
  const auto rate = [](const LoadReport& report) { return report.at("rate"); };
  for (const auto& server : rounds.servers) {
    Subject subject{server.name, {}, server.failure};
    const auto latency = [&](const char* key) {
      return median(Rounds::values_of(server.latencies,
                                      [key](const LoadReport& report) { return report.at(key); }));
    };
    if (!subject.failed()) {
      subject.values = {
          {"cpu us/" + each, Rounds::median_of(server, cpu_per_round_trip)},
          {"least", Rounds::least_of(server, cpu_per_round_trip)},
          {"ratio", rounds.ratio_to_floor(server, cpu_per_round_trip)},
          {"+-", rounds.ratio_error(server, cpu_per_round_trip)},
          {each + (each.ends_with("o") ? "es/s" : "s/s"), Rounds::median_of(server, rate)},
          {"p50 us", latency("p50_us")},
          {"p99 us", latency("p99_us")}};
    }
    result.subjects.push_back(std::move(subject));
  }
}

Check against(const RowResult& result, const std::string& peer, const std::string& column,
              const std::string& what, Bound sense, double bound) {
  const auto* gnet = find(result, kGnet);
  const auto* other = find(result, peer);
  const auto name = "gnet, " + what + " / " + peer;
  if (gnet == nullptr) return skipped_check(name, "no gnet");
  if (other == nullptr) return skipped_check(name, peer + " is not installed");
  if (gnet->failed()) return failed_check(name, gnet->failure);
  if (other->failed()) return failed_check(name, peer + ": " + other->failure);
  return {name, gnet->at(column) / other->at(column), "x", sense, bound};
}

}  // namespace bench
