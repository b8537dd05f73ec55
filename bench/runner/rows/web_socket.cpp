// What a WebSocket costs: echoes beside the plain TCP echo of the same bytes, and beside Node's
// `ws`.

#include "bench/runner/cpu.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"
#include "bench/runner/traced.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

constexpr const char* kTCP = "TCP echo";

Server ws_server(const Bench& bench, const std::string& protocol) {
  return tool_server(bench, protocol, {"ws-echo"});
}

void run_echo(const Bench& bench, RowResult& result, int size) {
  auto tcp = tool_server(bench, "echo", {"echo-server"});
  tcp.name = kTCP;
  std::vector<Server> servers = {tcp, ws_server(bench, "ws")};
  if (auto node = node_ws(bench, "ws")) servers.push_back(*node);
  const auto rounds =
      run_slices(bench, servers, {"--connections", "64", "--size", std::to_string(size)});
  add_cpu_subjects(rounds, "echo", result);
  const auto what = "CPU per echo";
  result.checks.push_back(against(result, kTCP, "ratio", what, Bound::at_most, 1.1));
  result.checks.push_back(against(result, "node", "ratio", what, Bound::below, 1));
}

void run_deflate(const Bench& bench, RowResult& result) {
  std::vector<Server> servers;
  if (auto node = node_ws(bench, "ws-deflate")) servers.push_back(*node);
  servers.push_back(ws_server(bench, "ws-deflate"));
  const auto rounds = run_slices(bench, servers, {"--connections", "64", "--size", "1024"});
  add_cpu_subjects(rounds, "echo", result);
  for (auto& subject : result.subjects) {
    if (!subject.failed()) subject.values.emplace_back("rate", 1 / subject.at("ratio"));
  }
  result.checks.push_back(
      against(result, "node", "rate", "echoes in a second of CPU", Bound::at_least, 3));
}

void run_instructions(const Bench& bench, RowResult& result) {
  if (!in_path("valgrind")) {
    result.checks.push_back(
        skipped_check("gnet, instructions of an echo", "valgrind is not installed"));
    return;
  }
  auto tcp = tool_server(bench, "echo", {"echo-server"});
  tcp.name = kTCP;
  for (const auto& server : {tcp, ws_server(bench, "ws")}) {
    Subject subject{server.name, {}, {}};
    try {
      subject.values = {{"64 B", instructions_per_echo(bench, server, 1)},
                        {"16 KiB", instructions_per_echo(bench, server, 1, {"--size", "16384"})}};
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    result.subjects.push_back(std::move(subject));
  }
}

}  // namespace

void add_web_socket_rows(std::vector<Row>& rows) {
  rows.push_back({"ws-64B", "64-byte messages echoed on 64 connections",
                  [](const Bench& bench, RowResult& result) { run_echo(bench, result, 64); }});
  rows.push_back(
      {"ws-16K", "16 KiB messages echoed on 64 connections",
       [](const Bench& bench, RowResult& result) { run_echo(bench, result, 16 * 1024); }});
  rows.push_back(
      {"ws-deflate", "1 KiB of text, compressed, echoed on 64 connections", run_deflate});
  rows.push_back({"ws-instructions", "user instructions per echo (callgrind)", run_instructions});
}

}  // namespace bench
