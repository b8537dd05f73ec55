// What gnet bridge costs: a stream in bulk, small messages to and fro, TLS on either side,
// WebSockets on either side, and connections that are idle.

#include <unistd.h>

#include <chrono>
#include <thread>

#include "bench/runner/cpu.h"
#include "bench/runner/relays.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

constexpr const char* kListen = "tcp-l://127.0.0.1:0";
constexpr const char* kBulk = "8388608";  // bytes for which the far end says one
constexpr double kMiBOfBulk = 8;
constexpr int kIdlePairs = 5000;
constexpr double kKiB = 1024;

std::string at(const std::string& scheme, const FarEnd& end) {
  return scheme + "://127.0.0.1:" + end.port();
}

Command bulk_sink(const Bench& bench) {
  return {bench.program("bulk_sink"), "0", kBulk};
}
Command echo(const Bench& bench) {
  return {bench.program("peer_epoll"), "0"};
}

void add(std::vector<Server>& servers, std::optional<Server> server) {
  if (server) servers.push_back(std::move(*server));
}

double rate(const LoadReport& report) {
  return report.at("rate");
}

double cpu_per_mib(const LoadReport& report) {
  return cpu_per_round_trip(report) / kMiBOfBulk;
}

void add_bulk_subjects(const Rounds& rounds, RowResult& result) {
  for (const auto& server : rounds.servers) {
    Subject subject{server.name, {}, server.failure};
    if (!subject.failed()) {
      subject.values = {{"MiB/s", Rounds::median_of(server, rate) * kMiBOfBulk},
                        {"ratio", rounds.ratio_to_floor(server, rate)},
                        {"+-", rounds.ratio_error(server, rate)},
                        {"cpu us/MiB", Rounds::median_of(server, cpu_per_mib)},
                        {"cpu ratio", rounds.ratio_to_floor(server, cpu_per_mib)}};
    }
    result.subjects.push_back(std::move(subject));
  }
}

void run_bulk(const Bench& bench, RowResult& result) {
  const std::string what = "MiB a second";
  with_tools(bench, result, what, {}, [&] {
    const FarEnd sink(bench, bulk_sink(bench));
    std::vector<Server> servers = {c_relay(bench, "splice_relay", sink, "bulk"),
                                   bridge(bench, "bulk", kListen, at("tcp", sink))};
    add(servers, socat(sink, "bulk"));
    add(servers, haproxy(bench, sink, "bulk"));
    add_bulk_subjects(run_slices(bench, servers, {"--size", kBulk}), result);
    result.checks.push_back(against(result, kFloor, "ratio", what, Bound::at_least, 0.95));
    result.checks.push_back(against(result, "socat", "ratio", what, Bound::at_least, 2));
    result.checks.push_back(against(result, "haproxy", "ratio", what, Bound::at_least, 1.3));
  });
}

void run_exchange(const Bench& bench, RowResult& result) {
  const std::string what = "CPU an exchange";
  with_tools(bench, result, what, {}, [&] {
    const FarEnd end(bench, echo(bench));
    std::vector<Server> servers = {c_relay(bench, "epoll_relay", end, "echo"),
                                   bridge(bench, "echo", kListen, at("tcp", end))};
    add(servers, haproxy(bench, end, "echo"));
    add_cpu_subjects(run_slices(bench, servers, {"--connections", "64", "--size", "64"}),
                     "exchange", result);
    result.checks.push_back(against(result, kFloor, "ratio", what, Bound::at_most, 1.05));
    result.checks.push_back(against(result, "haproxy", "ratio", what, Bound::below, 1));
  });
}

void check_tls(const Rounds& rounds, RowResult& result) {
  add_bulk_subjects(rounds, result);
  result.checks.push_back(
      against(result, "stunnel", "cpu ratio", "CPU a byte", Bound::at_most, 1.1));
}

// The far end takes TLS off again; its CPU time is not counted.
void run_tcp_to_tls(const Bench& bench, RowResult& result) {
  with_tools(bench, result, "CPU a byte", {}, [&] {
    const auto certificate = make_certificate(bench);
    const FarEnd sink(bench, bulk_sink(bench));
    const FarEnd secured(bench,
                         bridge(bench, "bulk", "tls-l://127.0.0.1:0", at("tcp", sink),
                                {"--tls-cert", certificate.file, "--tls-key", certificate.key})
                             .command);
    std::vector<Server> servers;
    add(servers, stunnel(bench, secured, "bulk", nullptr));
    servers.push_back(bridge(bench, "bulk", kListen, at("tls", secured), {"--insecure"}));
    check_tls(run_slices(bench, servers, {"--size", kBulk}), result);
  });
}

void run_tls_to_tcp(const Bench& bench, RowResult& result) {
  with_tools(bench, result, "CPU a byte", {}, [&] {
    const auto certificate = make_certificate(bench);
    const FarEnd sink(bench, bulk_sink(bench));
    std::vector<Server> servers;
    add(servers, stunnel(bench, sink, "bulk", &certificate));
    servers.push_back(bridge(bench, "bulk", "tls-l://127.0.0.1:0", at("tcp", sink),
                             {"--tls-cert", certificate.file, "--tls-key", certificate.key}));
    check_tls(run_slices(bench, servers, {"--size", kBulk, "--tls"}), result);
  });
}

// The floor is the same on TCP alone: what is asked for is a share of it.
void run_web_socket(const Bench& bench, RowResult& result, bool from_ws) {
  const std::string what = "exchanges in a second of CPU";
  with_tools(bench, result, what, {}, [&] {
    const FarEnd plain(bench, echo(bench));
    const FarEnd socket(bench, {bench.gnet, "ws-echo", "--port", "0", "--print-port", "--threads",
                                "1", "--deflate", "off", "--quiet"});
    const FarEnd& end = from_ws ? plain : socket;
    const std::string protocol = from_ws ? "ws" : "echo";
    std::vector<Server> servers = {
        c_relay(bench, "epoll_relay", plain, "echo"),
        from_ws ? bridge(bench, protocol, "ws-l://127.0.0.1:0/", at("tcp", end))
                : bridge(bench, protocol, kListen, at("ws", end) + "/")};
    add(servers, node_relay(bench, end, protocol, from_ws ? "ws-tcp" : "tcp-ws"));
    const auto rounds = run_slices(bench, servers, {"--connections", "64", "--size", "16384"});
    add_cpu_subjects(rounds, "exchange", result);
    for (auto& subject : result.subjects) {
      if (!subject.failed()) subject.values.emplace_back("rate", 1 / subject.at("ratio"));
    }
    result.checks.push_back(against(result, "node", "rate", what, Bound::at_least, 3));
  });
}

// The first pair pays for what all share, and so does not count.
double memory_per_pair(const Bench& bench, const Server& server) {
  const RunningServer running(bench, server);
  const IdleConnections first(bench, running, 1);
  const auto before = resident_memory(running.pid());
  const IdleConnections many(bench, running, kIdlePairs);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  const auto after = resident_memory(running.pid());
  return (static_cast<double>(after) - static_cast<double>(before)) / kIdlePairs / kKiB;
}

void run_memory(const Bench& bench, RowResult& result) {
  const std::string what = "gnet, resident memory per idle pair";
  if (sysconf(_SC_OPEN_MAX) < 2 * kIdlePairs + 1000) {
    result.checks.push_back(skipped_check(what, "too few descriptors; raise ulimit -Hn"));
    return;
  }
  with_tools(bench, result, what, {}, [&] {
    const FarEnd end(bench, echo(bench));
    for (const auto& server : {c_relay(bench, "epoll_relay", end, "echo"),
                               bridge(bench, "echo", kListen, at("tcp", end))}) {
      result.subjects.push_back({server.name, {{"KiB/pair", memory_per_pair(bench, server)}}, {}});
    }
    result.checks.push_back(
        {what, result.subjects.back().at("KiB/pair"), "KiB", Bound::at_most, 12});
  });
}

}  // namespace

void add_relay_rows(std::vector<Row>& rows) {
  rows.push_back({"relay-bulk", "one stream in bulk through a relay", run_bulk});
  rows.push_back(
      {"relay-64B-64c", "64 bytes to and fro through a relay, 64 connections", run_exchange});
  rows.push_back({"relay-tcp-tls", "a stream in bulk into TLS", run_tcp_to_tls});
  rows.push_back({"relay-tls-tcp", "a stream in bulk out of TLS", run_tls_to_tcp});
  rows.push_back(
      {"relay-ws-tcp", "16 KiB messages from WebSockets to TCP and back, 64 connections",
       [](const Bench& bench, RowResult& result) { run_web_socket(bench, result, true); }});
  rows.push_back(
      {"relay-tcp-ws", "16 KiB messages from TCP to WebSockets and back, 64 connections",
       [](const Bench& bench, RowResult& result) { run_web_socket(bench, result, false); }});
  rows.push_back({"relay-memory", "memory per idle pair, 5,000 at once", run_memory});
}

}  // namespace bench
