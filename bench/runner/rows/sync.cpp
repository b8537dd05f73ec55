// What fibers pay to talk to each other, against Go and gevent: the same program in each.

#include <fmt/core.h>
#include <unistd.h>

#include <map>

#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr const char* kOperations[] = {"queue", "channel", "semaphore", "map"};

struct Program {
  const char* name;
  const char* file;
  std::map<std::string, std::vector<double>> ns{};  // of each round
  std::string failure{};
};

void run_once(const Bench& bench, Program& program) {
  if (!program.failure.empty()) return;
  try {
    for (const auto& [operation, ns] :
         parse_report(output_of(bench, {bench.program(program.file)}))) {
      program.ns[operation].push_back(ns);
    }
  } catch (const std::exception& error) {
    program.failure = error.what();
  }
}

Subject subject_of(const Program& program) {
  Subject subject{program.name, {}, program.failure};
  if (subject.failed()) return subject;
  for (const char* operation : kOperations) {
    subject.values.emplace_back(fmt::format("{} ns", operation), median(program.ns.at(operation)));
  }
  return subject;
}

// The median of the ratios of rounds that lie next to each other.
double ratio(const Program& program, const Program& to, const char* operation) {
  std::vector<double> ratios;
  const auto& own = program.ns.at(operation);
  const auto& others = to.ns.at(operation);
  for (std::size_t i = 0; i < own.size(); ++i) ratios.push_back(own[i] / others.at(i));
  return median(std::move(ratios));
}

void compare(const Program& gnet, const Program& peer, RowResult& result) {
  for (const char* operation : kOperations) {
    const auto what = fmt::format("{}, gnet / {}", operation, peer.name);
    if (!gnet.failure.empty() || !peer.failure.empty()) {
      result.checks.push_back(failed_check(what, gnet.failure + peer.failure));
    } else {
      result.checks.push_back({what, ratio(gnet, peer, operation), "x", Bound::below, 1});
    }
  }
}

void run(const Bench& bench, RowResult& result) {
  std::vector<Program> programs;
  for (const auto& program :
       {Program{kGnet, "probe_sync"}, Program{"go", "sync_go"}, Program{"gevent", "sync_gevent"}}) {
    if (access(bench.program(program.file).c_str(), X_OK) == 0) programs.push_back(program);
  }
  if (programs.size() < 2 || programs.front().name != std::string(kGnet)) {
    result.checks.push_back(skipped_check("gnet / go", "neither Go nor gevent is installed"));
    return;
  }
  for (int round = 0; round < bench.rounds; ++round) {
    for (auto& program : programs) run_once(bench, program);
  }
  for (const auto& program : programs) result.subjects.push_back(subject_of(program));
  for (std::size_t i = 1; i < programs.size(); ++i) compare(programs[0], programs[i], result);
}

}  // namespace

void add_sync_rows(std::vector<Row>& rows) {
  rows.push_back({"sync", "queues, channels, semaphores, pools against Go and gevent", run});
}

}  // namespace bench
