// CPU time of the server per echo, relative to the floor.

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/runner/cpu.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

struct Load {
  int connections;
  int size;
  double bound;
};

// That peer may be another one in the next run: the tables say which.
Check below_every_peer(const std::vector<Subject>& subjects, double gnet) {
  const auto what = "gnet, CPU per echo / the best peer";
  double best = std::numeric_limits<double>::infinity();
  for (const auto& subject : subjects) {
    if (subject.failed() || subject.name == kGnet || subject.name == kFloor) continue;
    best = std::min(best, subject.at("ratio"));
  }
  if (std::isinf(best)) return skipped_check(what, "no peer was measured");
  return {what, gnet / best, "x", Bound::below, 1};
}

void run(const Bench& bench, RowResult& result, const Load& load) {
  const auto rounds = run_slices(
      bench, bench.servers,
      {"--connections", std::to_string(load.connections), "--size", std::to_string(load.size)});
  add_cpu_subjects(rounds, "echo", result);
  const auto what = "gnet, CPU per echo / floor";
  const auto gnet = std::find_if(result.subjects.begin(), result.subjects.end(),
                                 [](const Subject& subject) { return subject.name == kGnet; });
  if (gnet == result.subjects.end()) {
    result.checks.push_back(skipped_check(what, "no gnet"));
  } else if (gnet->failed() || !rounds.find(kFloor)) {
    result.checks.push_back(failed_check(what, gnet->failure));
  } else {
    const double ratio = gnet->at("ratio");
    result.checks.push_back({what, ratio, "x", Bound::at_most, load.bound});
    result.checks.push_back(below_every_peer(result.subjects, ratio));
  }
}

}  // namespace

void add_echo_cpu_rows(std::vector<Row>& rows) {
  const auto add = [&](const char* name, const char* title, Load load) {
    rows.push_back(
        {name, title, [load](const Bench& bench, RowResult& result) { run(bench, result, load); }});
  };
  add("cpu-64B-64c", "64-byte echoes on 64 connections", {64, 64, 1.03});
  add("cpu-64B-1000c", "64-byte echoes on 1,000 connections", {1000, 64, 1.03});
  add("cpu-64K-64c", "64 KiB echoes on 64 connections", {64, 64 * 1024, 1.05});
  add("cpu-64K-1000c", "64 KiB echoes on 1,000 connections", {1000, 64 * 1024, 1.05});
}

}  // namespace bench
