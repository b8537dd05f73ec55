// A program for each connection: against a C loop of accept, posix_spawn and wait, tcpserver, and
// websocketd.

#include <fmt/core.h>

#include <stdexcept>

#include "bench/runner/bench.h"
#include "bench/runner/port.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

// Clients at the same time, with a program each.
constexpr int kClients = 8;

struct Peer {
  std::string name;
  Command command;
  std::string port;  // empty: it prints it
};

Peer tool(const Bench& bench, const std::string& endpoint, const std::string& program) {
  return {kGnet,
          {bench.gnet, "exec-server", endpoint + "127.0.0.1:0", "--print-port", "--threads", "1",
           "--stderr", "null", "--", program},
          {}};
}

// What `exec_load MODE` counts in a second, of each server in turn.
void measure(const Bench& bench, const std::string& mode, const std::vector<Peer>& peers,
             const char* unit, RowResult& result) {
  std::vector<Process> servers;
  std::vector<std::string> ports;
  std::vector<std::string> failures(peers.size());
  for (const Peer& peer : peers) {
    servers.push_back(
        Process::start(peer.command, {bench.server_core, bench.program("server.log")}));
    ports.push_back(peer.port.empty() ? servers.back().read_line(std::chrono::seconds(10))
                                      : peer.port);
    await_listener(ports.back());
  }
  std::vector<std::vector<double>> rates(peers.size());
  for (int slice = 0; slice < bench.slices / 2 + 1; ++slice) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (!failures[i].empty()) continue;
      try {
        const LoadReport report = parse_report(
            output_of(bench, {bench.program("exec_load"), mode, ports[i],
                              fmt::format("{:.3f}", bench.slice * 3), std::to_string(kClients)}));
        rates[i].push_back(report.at("count") / report.at("seconds"));
      } catch (const std::runtime_error& error) {
        failures[i] = error.what();
      }
    }
  }
  const std::vector<double>& own = rates.back();  // gnet stands last
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const std::string& failure = failures[i].empty() ? failures.back() : failures[i];
    if (!failure.empty()) {
      result.subjects.push_back({peers[i].name, {}, failure});
      continue;
    }
    std::vector<double> ratios;
    for (std::size_t n = 0; n < own.size(); ++n) ratios.push_back(own[n] / rates[i][n]);
    result.subjects.push_back(
        {peers[i].name, {{unit, median(rates[i])}, {"gnet / it", median(ratios)}}, {}});
  }
}

void check(RowResult& result, const std::string& peer, const char* what, double bound) {
  for (const Subject& subject : result.subjects) {
    if (subject.name != peer) continue;
    if (subject.failed()) {
      result.checks.push_back(
          failed_check(fmt::format("gnet, {} / {}", what, peer), subject.failure));
      return;
    }
    result.checks.push_back({fmt::format("gnet, {} / {}", what, peer), subject.at("gnet / it"), "x",
                             Bound::at_least, bound});
    return;
  }
  result.checks.push_back(skipped_check(fmt::format("gnet, {} / {}", what, peer), "not installed"));
}

void run_tcp(const Bench& bench, RowResult& result) {
  const char* what = "sessions of /bin/true a second";
  if (!bench.has_gnet()) return result.checks.push_back(skipped_check(what, "no gnet"));
  std::vector<Peer> peers = {{kFloor, {bench.program("spawn_each"), "0", "/bin/true"}, {}}};
  if (in_path("tcpserver")) {
    const std::string port = free_port();
    peers.push_back(
        {"tcpserver", {"tcpserver", "-HRl0", "-c", "64", "127.0.0.1", port, "/bin/true"}, port});
  }
  peers.push_back(tool(bench, "tcp-l://", "/bin/true"));
  measure(bench, "tcp", peers, "sessions/s", result);
  check(result, kFloor, what, 0.9);
  check(result, "tcpserver", what, 2);
}

void run_ws(const Bench& bench, RowResult& result, const std::string& mode, const char* what,
            const char* unit) {
  if (!bench.has_gnet()) return result.checks.push_back(skipped_check(what, "no gnet"));
  std::vector<Peer> peers;
  if (in_path("websocketd")) {
    const std::string port = free_port();
    peers.push_back(
        {"websocketd",
         {"websocketd", "--loglevel=error", "--address=127.0.0.1", "--port=" + port, "cat"},
         port});
  }
  peers.push_back(tool(bench, "ws-l://", "cat"));
  measure(bench, mode, peers, unit, result);
  check(result, "websocketd", what, 2);
}

}  // namespace

void add_exec_rows(std::vector<Row>& rows) {
  rows.push_back({"exec-tcp", "a program for each TCP connection: /bin/true", run_tcp});
  rows.push_back({"exec-ws", "a program for each WebSocket, which echoes one line",
                  [](const Bench& bench, RowResult& result) {
                    run_ws(bench, result, "ws", "WebSocket sessions of cat a second", "sessions/s");
                  }});
  rows.push_back({"exec-ws-bytes", "lines of 8 KiB through cat, each on a WebSocket",
                  [](const Bench& bench, RowResult& result) {
                    run_ws(bench, result, "ws-bytes", "bytes through cat a second", "bytes/s");
                  }});
}

}  // namespace bench
