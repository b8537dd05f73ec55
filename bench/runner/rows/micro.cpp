// Operations on fibers, relative to what they cannot do without: each has a raw cost, measured in
// the same run on the same core, so that a bound means the same on every machine.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>

#include "bench/runner/rows.h"
#include "bench/runner/traced.h"

namespace bench {
namespace {

struct Limit {
  const char* name;  // of the benchmark
  const char* raw;   // of what it is compared with
  const char* what;
  double ratio;
};

constexpr Limit kLimits[] = {
    {"yield", "raw_switch", "yield between two fibers / raw switch", 2},
    {"spawn_join", "raw_switch", "spawn and join / raw switch", 11},
    {"queue_hand_over", "raw_switch", "hand-over through Queue(1) / raw switch", 6},
    {"timeout", "raw_timer", "arm and cancel a timeout / a timer by hand", 1},
    {"thread_pool_round_trip", "raw_thread_round_trip",
     "round trip through a ThreadPool / two threads by hand", 2},
    {"websocket_mask", "raw_copy", "mask 64 KiB / copy them", 1.5},
    {"utf8_ascii", "raw_copy", "check 64 KiB of ASCII / copy them", 6},
    {"utf8_mixed", "raw_copy", "check 64 KiB of other UTF-8 / copy them", 6}};

// What the operations with a limit are compared with; empty for the rest.
std::string raw_of(const std::string& name) {
  for (const auto& limit : kLimits) {
    if (name == limit.name) return limit.raw;
  }
  return {};
}

// name,iterations,real_time,cpu_time,time_unit,… with names such as "yield_median" in quotes.
std::map<std::string, double> parse_medians(const std::string& csv) {
  std::map<std::string, double> medians;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ',');) fields.push_back(field);
    if (fields.size() < 5) continue;
    std::string name = fields[0];
    std::erase(name, '"');
    name = name.substr(0, name.find('/'));  // without "/min_time:…"
    if (fields[0].find("_median") == std::string::npos || fields[4] != "ns") continue;
    if (const auto end = name.rfind("_median"); end != std::string::npos) name.resize(end);
    // What waits for another thread is measured by the clock.
    const bool real_time = fields[0].find("/real_time") != std::string::npos;
    medians[name] = std::stod(fields[real_time ? 2 : 3]);
  }
  return medians;
}

void run_micro(const Bench& bench, RowResult& result) {
  const auto micro = bench.program("bench_micro");
  if (access(micro.c_str(), X_OK) != 0) {
    result.checks.push_back(skipped_check("micro-benchmarks", "not built"));
    return;
  }
  try {
    // Repetitions in random order are the interleaved rounds of this part.
    const auto medians = parse_medians(output_of(
        bench, {micro, "--benchmark_format=csv", "--benchmark_enable_random_interleaving=true",
                bench.quick ? "--benchmark_repetitions=5" : "--benchmark_repetitions=15",
                bench.quick ? "--benchmark_min_time=0.02" : "--benchmark_min_time=0.1"}));
    for (const auto& [name, ns] : medians) {
      Subject subject{name, {{"ns", ns}}, {}};
      const auto raw = medians.find(raw_of(name));
      if (raw != medians.end()) subject.values.emplace_back("ratio", ns / raw->second);
      result.subjects.push_back(std::move(subject));
    }
    for (const auto& limit : kLimits) {
      const auto found = medians.find(limit.name);
      const auto raw = medians.find(limit.raw);
      const bool measured = found != medians.end() && raw != medians.end();
      result.checks.push_back(measured ? Check{limit.what, found->second / raw->second, "x",
                                               Bound::at_most, limit.ratio}
                                       : failed_check(limit.what, "not measured"));
    }
    if (const auto record = medians.find("histogram_record"); record != medians.end()) {
      result.checks.push_back(
          {"count a duration in a histogram", record->second, "ns", Bound::at_most, 10});
    }
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check("micro-benchmarks", error.what()));
  }
}

void run_timeout_calls(const Bench& bench, RowResult& result) {
  const auto what = "system calls to arm and cancel 10,000 timeouts";
  const auto probe = bench.program("probe_timeouts");
  if (!in_path("strace") || access(probe.c_str(), X_OK) != 0) {
    const bool built = access(probe.c_str(), X_OK) == 0;
    result.checks.push_back(skipped_check(what, built ? "strace is not installed" : "not built"));
    return;
  }
  try {
    const auto file = bench.program("strace.txt");
    const auto count = [&](const char* timeouts) {
      output_of(bench, {"strace", "-f", "-c", "-o", file, probe, timeouts});
      const auto total = parse_strace_table(read_file(file)).at("total");
      std::filesystem::remove(file);
      return total;
    };
    const double few = count("10000");
    result.checks.push_back({what, count("20000") - few, "", Bound::at_most, 0});
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
}

}  // namespace

void add_micro_rows(std::vector<Row>& rows) {
  rows.push_back({"micro", "operations on fibers", run_micro});
  rows.push_back({"timeout-calls", "system calls of a timeout", run_timeout_calls});
}

}  // namespace bench
