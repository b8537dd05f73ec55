// bench_runner: measures gnet against its peers and against its own bounds.
//
//   bench_runner                     everything; some minutes
//   bench_runner --quick             fewer and shorter rounds, and only the peers a bound needs
//   bench_runner --runs 3            everything three times, with the spread of each row
//   bench_runner cpu-64B-64c 'rss*'  these rows
//   bench_runner http ws             all rows that begin with http- or ws-
//
// The exit status is 1 when a bound is missed, by the median of all runs, and 0 when all are kept
// or were skipped.

#include <fmt/core.h>
#include <fnmatch.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/runner/bench.h"
#include "bench/runner/rows.h"

namespace {

using bench::Bench;

struct Options {
  std::string build = ".";
  std::string gnet;
  std::string json;
  std::vector<std::string> rows;
  std::vector<std::string> servers;
  int runs = 1;
  int rounds = 0;
  int slices = 0;
  double slice = 0;
  bool quick = false;
  bool list = false;
};

bool chosen(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
         });
}

std::string find_gnet(const Options& options) {
  if (!options.gnet.empty()) return options.gnet;
  for (const char* place : {"/gnet", "/bin/gnet", "/cli/gnet"}) {
    const auto path = options.build + place;
    if (access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path)) return path;
  }
  return {};
}

// The tool's server on one thread, as the others are; a build without threads has no option for it.
bench::Command echo_server(const Bench& bench) {
  bench::Command command = {bench.gnet,     "echo-server",       "--port", "0",
                            "--print-port", "--max-connections", "15000"};
  try {
    const auto help = bench::output_of(bench, {bench.gnet, "echo-server", "--help"});
    if (help.find("--threads") != std::string::npos) {
      command.insert(command.end(), {"--threads", "1"});
    }
  } catch (const std::exception&) {  // what is no gnet has no help; the rows will say so
  }
  return command;
}

void add_servers(Bench& bench, const Options& options) {
  const auto add = [&](const char* name, const char* program) {
    const auto path = bench.program(program);
    if (!chosen(options.servers, name)) return;
    if (access(path.c_str(), X_OK) != 0) {
      fmt::print("skipped: {} (not built; what it needs is not installed)\n", name);
      return;
    }
    bench.servers.push_back({name, {path, "0"}});
  };
  add(bench::kFloor, "peer_epoll");
  if (!bench.has_gnet()) {
    fmt::print("skipped: gnet (no such program in {})\n", options.build);
  } else if (chosen(options.servers, bench::kGnet)) {
    bench.servers.push_back({bench::kGnet, echo_server(bench)});
  }
  add("asio-callbacks", "peer_asio_callbacks");
  add("asio-coroutines", "peer_asio_coroutines");
  add("libuv", "peer_libuv");
  add("go", "peer_go");
  add("gevent", "peer_gevent");
}

// Server and load run on different cores; where there is but one, the numbers say less.
void choose_cores(Bench& bench) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof cores, &cores);
  std::vector<int> usable;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &cores)) usable.push_back(core);
  }
  if (usable.size() < 2) {
    fmt::print("only one core: server and load share it, so trust no ratio\n");
    bench.server_core = bench.load_core = -1;
    return;
  }
  bench.server_core = usable[0];
  bench.load_core = usable[1];
}

Bench make_bench(const Options& options) {
  Bench bench;
  bench.folder = std::filesystem::absolute(options.build + "/bench");  // as configurations need it
  bench.gnet = find_gnet(options);
  bench.quick = options.quick;
  if (options.quick) {
    bench.rounds = 3;
    bench.slices = 10;
  }
  if (options.rounds > 0) bench.rounds = options.rounds;
  if (options.slices > 0) bench.slices = options.slices;
  if (options.slice > 0) bench.slice = options.slice;
  choose_cores(bench);
  add_servers(bench, options);
  return bench;
}

// Servers inherit it: 10,000 connections need as many descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void show(const bench::RowResult& result) {
  std::fputs(bench::table(result).c_str(), stdout);
  std::fflush(stdout);
}

// The whole table, as often as was asked for: what two runs of a row have between them is the time
// of all others, so the spread is the machine's and not the moment's.
std::vector<bench::RowResult> measure(const Bench& bench, const std::vector<bench::Row>& rows,
                                      int runs) {
  std::vector<std::vector<bench::RowResult>> found(rows.size());
  for (int i = 1; i <= runs; ++i) {
    if (runs > 1) fmt::print("\nRun {} of {}\n", i, runs);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      bench::RowResult result{rows[row].name, rows[row].title, {}, {}};
      rows[row].run(bench, result);
      show(result);
      found[row].push_back(std::move(result));
    }
  }
  if (runs > 1) fmt::print("\nAll {} runs: the least, the median, the most\n", runs);
  std::vector<bench::RowResult> results;
  for (const auto& of_row : found) {
    results.push_back(bench::merged(of_row));
    if (runs > 1) show(results.back());
  }
  return results;
}

int run(const Options& options) {
  std::vector<bench::Row> rows;
  for (auto& row : bench::all_rows()) {
    const auto family = row.name.substr(0, row.name.find('-'));
    if (chosen(options.rows, row.name) || chosen(options.rows, family))
      rows.push_back(std::move(row));
  }
  if (rows.empty()) {
    std::fputs("bench: no such row; --list shows them\n", stderr);
    return 2;
  }
  if (options.list) {
    for (const auto& row : rows) fmt::print("{:16} {}\n", row.name, row.title);
    return 0;
  }

  raise_descriptor_limit();
  const Bench bench = make_bench(options);
  const auto results = measure(bench, rows, options.runs);
  bool missed = false;
  for (const auto& result : results) {
    for (const auto& check : result.checks) missed |= check.verdict() == bench::Verdict::miss;
  }
  std::fputs(bench::summary(results).c_str(), stdout);
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    if (!(file << bench::json(results) << std::flush)) {
      throw std::runtime_error("cannot write " + options.json);
    }
  }
  return missed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("measure gnet against its peers and its bounds");
  app.add_option("rows", options.rows,
                 "rows to measure, or families of them, as shell patterns (default: all)");
  app.add_flag("--list", options.list, "show the rows and end");
  app.add_flag("--quick", options.quick, "fewer and shorter rounds, fewer peers");
  app.add_option("--runs", options.runs, "measure everything so often; the median decides")
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds, "starts of every server in a timed row");
  app.add_option("--slices", options.slices, "slices of load for each server in a round");
  app.add_option("--slice", options.slice, "seconds of a slice");
  app.add_option("--server", options.servers, "only these servers, as shell patterns");
  app.add_option("--json", options.json, "write all results to this file as well");
  app.add_option("--build", options.build, "the build folder");
  app.add_option("--gnet", options.gnet, "the tool to measure (default: the build's)");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 3;
  }
}
