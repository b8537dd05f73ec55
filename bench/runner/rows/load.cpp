// gnet load beside wrk: how much it gets out of a core, and whether what it says is true.

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "bench/runner/process.h"
#include "bench/runner/rows.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

// The number behind the key; of a member of an object the key of that stands in front of its own.
double number_in(const std::string& json, const std::string& path) {
  const auto space = path.find(' ');
  std::size_t at = 0;
  std::string key = path;
  if (space != std::string::npos) {
    at = json.find('"' + path.substr(0, space) + "\":");
    key = path.substr(space + 1);
  }
  if (at != std::string::npos) at = json.find('"' + key + "\":", at);
  if (at == std::string::npos) throw std::runtime_error("no " + path + " in " + json);
  return std::strtod(json.c_str() + at + key.size() + 3, nullptr);
}

// The number behind a word of wrk's, which may have a unit of bytes.
double number_behind(const std::string& text, const std::string& word) {
  const auto at = text.find(word);
  if (at == std::string::npos) throw std::runtime_error("wrk says no " + word);
  char* end = nullptr;
  const double number = std::strtod(text.c_str() + at + word.size(), &end);
  switch (*end) {
    case 'K':
      return number * 1024;
    case 'M':
      return number * 1024 * 1024;
    case 'G':
      return number * 1024 * 1024 * 1024;
    default:
      return number;
  }
}

// What a generator has done in one run, and what that cost it.
struct Generated {
  double requests = 0;  // a second
  double bytes = 0;     // a second
  double cpu = 0;       // microseconds a request
};

std::string seconds(double time) {
  return std::to_string(time) + "s";
}

Generated run_gnet(const Bench& bench, const std::string& url, double time) {
  const double before = cpu_of_children();
  auto load = Process::start({bench.gnet, "load", "--json", "--threads", "1", "-c", "64",
                              "--warmup", "0", "-d", seconds(time), url},
                             {.core = bench.load_core, .log_file = "/dev/null"});
  load.close_stdin();
  const std::string report = load.read_all();
  if (load.wait() != 0) throw std::runtime_error("gnet load has failed");
  const double requests = number_in(report, "rate_per_s");
  return {requests, number_in(report, "received_per_s"),
          (cpu_of_children() - before) * 1e3 / number_in(report, "answers")};
}

Generated run_wrk(const Bench& bench, const std::string& url, double time) {
  const double before = cpu_of_children();
  auto load =
      Process::start({"wrk", "-t1", "-c64", "-d" + std::to_string(static_cast<int>(time)), url},
                     {.core = bench.load_core, .log_file = "/dev/null"});
  load.close_stdin();
  const std::string report = load.read_all();
  if (load.wait() != 0) throw std::runtime_error("wrk has failed");
  const double requests = number_behind(report, "Requests/sec:");
  return {requests, number_behind(report, "Transfer/sec:"),
          (cpu_of_children() - before) * 1e3 / (requests * time)};
}

// In turn, from the same server.
struct Compared {
  std::vector<double> requests, bytes, cpu;
};

Compared compare_with_wrk(const Bench& bench, const std::string& url, RowResult& result) {
  const double time = 1;  // of wrk the least
  Compared ratios;
  std::vector<double> requests[2], bytes[2], cpu[2];
  static_cast<void>(run_gnet(bench, url, 0.3));
  for (int i = 0; i < 2 * bench.rounds + 1; ++i) {
    const Generated of_wrk = run_wrk(bench, url, time);
    const Generated of_gnet = run_gnet(bench, url, time);
    const Generated* const both[] = {&of_wrk, &of_gnet};
    for (int who = 0; who < 2; ++who) {
      requests[who].push_back(both[who]->requests);
      bytes[who].push_back(both[who]->bytes);
      cpu[who].push_back(both[who]->cpu);
    }
    ratios.requests.push_back(of_gnet.requests / of_wrk.requests);
    ratios.bytes.push_back(of_gnet.bytes / of_wrk.bytes);
    ratios.cpu.push_back(of_gnet.cpu / of_wrk.cpu);
  }
  const char* const names[] = {"wrk", kGnet};
  for (int who = 0; who < 2; ++who) {
    result.subjects.push_back({names[who],
                               {{"req/s", Measured(median(requests[who]))},
                                {"MB/s", Measured(median(bytes[who]) / 1e6)},
                                {"cpu us", Measured(median(cpu[who]))}},
                               {}});
  }
  return ratios;
}

Server floor_server(const Bench& bench) {
  return {kFloor, {bench.program("http_epoll"), "0", "1"}, "http"};
}

void run_hello(const Bench& bench, RowResult& result) {
  const std::string what = "gnet load / wrk, requests a second";
  with_tools(bench, result, what, {"wrk"}, [&] {
    const RunningServer server(bench, floor_server(bench));
    const Compared ratios =
        compare_with_wrk(bench, "http://127.0.0.1:" + server.port() + "/hello", result);
    result.checks.push_back({what, median(ratios.requests), "x", Bound::at_least, 1.1});
    result.checks.push_back(
        {"gnet load / wrk, CPU a request", median(ratios.cpu), "x", Bound::at_most, 0.9});
  });
}

void run_bulk(const Bench& bench, RowResult& result) {
  const std::string what = "gnet load / wrk, bytes a second";
  const auto site = make_site(bench);
  add_file(site, "large", 64 * 1024);
  const auto web = nginx(bench, site);
  if (!web) {
    result.checks.push_back(skipped_check(what, "nginx is not installed"));
    return;
  }
  with_tools(bench, result, what, {"wrk"}, [&] {
    const RunningServer server(bench, *web);
    const Compared ratios =
        compare_with_wrk(bench, "http://127.0.0.1:" + server.port() + "/large", result);
    result.checks.push_back({what, median(ratios.bytes), "x", Bound::at_least, 1});
  });
}

// A server that stands still for a second, some time after the first request.
std::string load_frozen(const Bench& bench, std::chrono::milliseconds after) {
  const RunningServer server(bench, floor_server(bench));
  auto load = Process::start({bench.gnet, "load", "--json", "-c", "4", "-R", "1000", "-d", "8s",
                              "http://127.0.0.1:" + server.port() + "/"},
                             {.core = bench.load_core, .log_file = "/dev/null"});
  load.close_stdin();
  // Its connections are made; requests are on their way.
  std::this_thread::sleep_for(std::chrono::milliseconds(100) + after);
  kill(server.pid(), SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  kill(server.pid(), SIGCONT);
  return load.read_all();
}

void run_freeze(const Bench& bench, RowResult& result) {
  const std::string what = "p99 of a server that stood still for a second";
  with_tools(bench, result, what, {}, [&] {
    for (const int at : {0, 3, 6}) {
      const std::string report = load_frozen(bench, std::chrono::seconds(at));
      const double corrected = number_in(report, "latency_us p99") / 1e3;
      result.subjects.push_back(
          {"at second " + std::to_string(at),
           {{"p99 ms", Measured(corrected)},
            {"uncorrected ms", Measured(number_in(report, "uncorrected_us p99") / 1e3)}},
           {}});
      result.checks.push_back(
          {what + ", at second " + std::to_string(at), corrected, "ms", Bound::at_least, 800});
    }
  });
}

void run_rate(const Bench& bench, RowResult& result) {
  const std::string what = "rate of -R 1000 in 10 s, from what was wanted";
  with_tools(bench, result, what, {}, [&] {
    const RunningServer server(bench, floor_server(bench));
    const std::string report = output_of(bench, {bench.gnet, "load", "--json", "-R", "1000", "-d",
                                                 "10s", "http://127.0.0.1:" + server.port() + "/"});
    const double off = std::abs(number_in(report, "rate_per_s") / 1000 - 1) * 100;
    result.checks.push_back({what, off, "%", Bound::at_most, 0.5});
    result.checks.push_back({"p99 of how late requests were sent",
                             number_in(report, "send_delay_us p99") / 1e3, "ms", Bound::at_most,
                             1});
  });
}

// The most memory that a run with so many connections had, in KiB.
double memory_of(const Bench& bench, const std::string& url, int connections) {
  auto load = Process::start({bench.gnet, "load", "--json", "--threads", "1", "--warmup", "0", "-d",
                              "4s", "-c", std::to_string(connections), url},
                             {.core = bench.load_core, .log_file = "/dev/null"});
  load.close_stdin();
  double most = 0;
  for (int i = 0; i < 35; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    most = std::max(most, static_cast<double>(resident_memory(load.pid())) / 1024);
  }
  const std::string report = load.read_all();
  if (load.wait() != 0) throw std::runtime_error("gnet load has failed");
  if (number_in(report, "open") < connections) throw std::runtime_error("not all are open");
  return most;
}

void run_many(const Bench& bench, RowResult& result) {
  constexpr int kMany = 10'000;
  const std::string what = "memory of a connection, of 10,000";
  with_tools(bench, result, what, {}, [&] {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit wanted{2 * kMany, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &wanted);
    const RunningServer server(bench, floor_server(bench));
    const std::string url = "http://127.0.0.1:" + server.port() + "/";
    const double few = memory_of(bench, url, 10);
    const double many = memory_of(bench, url, kMany);
    setrlimit(RLIMIT_NOFILE, &before);
    result.checks.push_back({what, (many - few) / (kMany - 10), "KiB", Bound::at_most, 8});
  });
}

}  // namespace

void add_load_rows(std::vector<Row>& rows) {
  rows.push_back({"load-hello", "13 bytes on 64 connections, as fast as they come", run_hello});
  rows.push_back({"load-64K", "64 KiB on 64 connections, as fast as they come", run_bulk});
  rows.push_back({"load-freeze", "1000 requests a second, and a pause", run_freeze});
  rows.push_back({"load-rate", "1000 requests a second", run_rate});
  rows.push_back({"load-10000c", "10,000 connections of the generator", run_many});
}

}  // namespace bench
