// System calls of the server per echo, counted by strace.

#include "bench/runner/rows.h"
#include "bench/runner/traced.h"

namespace bench {
namespace {

constexpr double kWorthShowing = 0.005;  // calls per echo

Subject count(const Bench& bench, const Server& server, int connections) {
  Subject subject{server.name, {}, {}};
  try {
    const auto counts = system_calls_per_echo(bench, server, connections);
    subject.values.emplace_back("total", counts.at("total"));
    for (const auto& [name, value] : counts) {
      if (name != "total" && value >= kWorthShowing) subject.values.emplace_back(name, value);
    }
  } catch (const std::exception& error) {
    subject.failure = error.what();
  }
  return subject;
}

void run(const Bench& bench, RowResult& result, int connections, double bound) {
  const auto what = "gnet, system calls per echo";
  if (!in_path("strace")) {
    result.checks.push_back(skipped_check(what, "strace is not installed"));
    return;
  }
  auto check = skipped_check(what, "no gnet");
  for (const auto& server : bench.all_or_floor_and_gnet()) {
    auto subject = count(bench, server, connections);
    if (server.name == kGnet) {
      check = subject.failed() ? failed_check(what, subject.failure)
                               : Check{what, subject.at("total"), "", Bound::at_most, bound};
    }
    result.subjects.push_back(std::move(subject));
  }
  result.checks.push_back(std::move(check));
}

}  // namespace

void add_system_call_rows(std::vector<Row>& rows) {
  rows.push_back({"syscalls-1c", "system calls per 64-byte echo on one connection",
                  [](const Bench& bench, RowResult& result) { run(bench, result, 1, 3.005); }});
  rows.push_back({"syscalls-100c", "system calls per 64-byte echo on 100 connections",
                  [](const Bench& bench, RowResult& result) { run(bench, result, 100, 2.1); }});
}

}  // namespace bench
