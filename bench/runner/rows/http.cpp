// What an HTTP server costs: a hello of 13 bytes, beside a loop in C that has no idea of HTTP and
// beside the servers that people know.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "bench/runner/cpu.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"
#include "bench/runner/traced.h"
#include "bench/runner/web_servers.h"

namespace bench {
namespace {

constexpr int kDepth = 16;  // requests at once

void add(std::vector<Server>& servers, std::optional<Server> server) {
  if (server) servers.push_back(std::move(*server));
}

Server floor_server(const Bench& bench, int requests) {
  return {kFloor, {bench.program("http_epoll"), "0", std::to_string(requests)}, "http", {}};
}

void run_hello(const Bench& bench, RowResult& result) {
  const auto site = make_site(bench);
  std::vector<Server> servers = {floor_server(bench, 1), hello_server(bench)};
  add(servers, nginx(bench, site));
  add(servers, h2o(bench, site));
  add(servers, lighttpd(bench, site));
  const auto rounds = run_slices(bench, servers, {"--connections", "64", "--path", "/hello"});
  add_cpu_subjects(rounds, "request", result);
  const auto what = "CPU per request";
  result.checks.push_back(against(result, kFloor, "ratio", what, Bound::at_most, 1.1));
  for (const auto* peer : {"nginx", "h2o", "lighttpd"}) {
    result.checks.push_back(against(result, peer, "ratio", what, Bound::below, 1));
  }
}

// The load is a client of one core, and may be slower than the server: what a server could answer
// in a second follows from its CPU time.
void run_pipelined(const Bench& bench, RowResult& result) {
  const auto site = make_site(bench);
  std::vector<Server> servers = {floor_server(bench, kDepth), hello_server(bench)};
  if (!bench.quick) {
    add(servers, nginx(bench, site));
    add(servers, h2o(bench, site));
    add(servers, lighttpd(bench, site));
  }
  const Command plan = {"--path", "/hello", "--depth", std::to_string(kDepth)};
  const auto rounds = run_slices(bench, servers, joined({"--connections", "64"}, plan));
  add_cpu_subjects(rounds, "request", result);
  for (auto& subject : result.subjects) {
    if (!subject.failed()) subject.values.emplace_back("rate", 1 / subject.at("ratio"));
  }
  result.checks.push_back(
      against(result, kFloor, "rate", "requests in a second of CPU", Bound::at_least, 0.8));
}

void run_batches(const Bench& bench, RowResult& result) {
  const auto what = "gnet, system calls that send, for 16 requests";
  if (!in_path("strace")) {
    result.checks.push_back(skipped_check(what, "strace is not installed"));
    return;
  }
  try {
    const auto counts =
        system_calls_per_echo(bench, hello_server(bench), 1, {"--depth", std::to_string(kDepth)});
    Subject subject{kGnet, {}, {}};
    double sent = 0;
    for (const auto& [name, value] : counts) {
      if (name == "total" || value >= 0.005) subject.values.emplace_back(name, value);
      if (name == "sendto" || name == "sendmsg" || name == "write" || name == "writev")
        sent += value;
    }
    result.subjects.push_back(std::move(subject));
    result.checks.push_back({what, sent, "", Bound::at_most, 1.001});
  } catch (const std::exception& error) {
    result.checks.push_back(failed_check(what, error.what()));
  }
}

void run_instructions(const Bench& bench, RowResult& result) {
  if (!in_path("valgrind")) {
    result.checks.push_back(
        skipped_check("gnet, instructions of a hello", "valgrind is not installed"));
    return;
  }
  for (const auto& server : {floor_server(bench, 1), hello_server(bench)}) {
    Subject subject{server.name, {}, {}};
    try {
      subject.values = {{"instructions", instructions_per_echo(bench, server, 1)}};
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    result.subjects.push_back(std::move(subject));
  }
}

// Counted as the difference of two runs of a program that parses the same head so many times.
double parse_instructions(const Bench& bench, const std::string& probe) {
  const auto count = [&](const char* times) {
    const auto file = bench.program("callgrind.out");
    output_of(bench, {"valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + file,
                      bench.program(probe), times});
    return callgrind_total(file);
  };
  const double few = count("1000");
  return (count("11000") - few) / 10000;
}

void run_parse(const Bench& bench, RowResult& result) {
  const auto what = "gnet, instructions to parse a request of 703 bytes";
  if (!in_path("valgrind")) {
    result.checks.push_back(skipped_check(what, "valgrind is not installed"));
    return;
  }
  auto check = skipped_check(what, "not built");
  for (const auto& [name, probe] :
       {std::pair<std::string, std::string>{kGnet, "probe_parse_request"},
        {"http_parser", "parse_http_parser"}}) {
    if (access(bench.program(probe).c_str(), X_OK) != 0) continue;
    Subject subject{name, {}, {}};
    try {
      subject.values = {{"instructions", parse_instructions(bench, probe)}};
    } catch (const std::exception& error) {
      subject.failure = error.what();
    }
    if (name == kGnet) {
      check = subject.failed() ? failed_check(what, subject.failure)
                               : Check{what, subject.at("instructions"), "", Bound::at_most, 1600};
    }
    result.subjects.push_back(std::move(subject));
  }
  result.checks.push_back(std::move(check));
}

// ---- connections of one request each ----

double rate(const LoadReport& report) {
  return report.at("rate");
}

// How many of all sessions of TLS were resumed: 0 to 1.
double resumed(const LoadReport& report) {
  return report.at("resumed") / report.at("round_trips");
}

void add_connection_subjects(const Rounds& rounds, RowResult& result) {
  for (const auto& server : rounds.servers) {
    Subject subject{server.name, {}, server.failure};
    if (!subject.failed()) {
      subject.values = {{"conns/s", Rounds::median_of(server, rate)},
                        {"ratio", rounds.ratio_to_floor(server, rate)},
                        {"cpu us/conn", Rounds::median_of(server, cpu_per_round_trip)},
                        {"cpu ratio", rounds.ratio_to_floor(server, cpu_per_round_trip)},
                        {"resumed", Rounds::median_of(server, resumed)}};
    }
    result.subjects.push_back(std::move(subject));
  }
}

void run_connections(const Bench& bench, RowResult& result, const Command& how,
                     const Certificate* certificate, const std::string& what, double bound) {
  std::vector<Server> servers;
  add(servers, nginx(bench, make_site(bench), certificate));
  servers.push_back(hello_server(bench, certificate));
  const auto seconds = fmt::format("{:.3f}", bench.slice * bench.slices / 4);
  const auto rounds = run_rounds(
      bench, servers, joined({"connect", "--duration", seconds, "--path", "/hello"}, how));
  add_connection_subjects(rounds, result);
  result.checks.push_back(against(result, "nginx", "ratio", what, Bound::at_least, bound));
}

void run_connect(const Bench& bench, RowResult& result) {
  run_connections(bench, result, {}, nullptr, "connections a second", 0.9);
}

void run_tls(const Bench& bench, RowResult& result, const Command& how, const std::string& what) {
  if (!in_path("openssl")) {
    result.checks.push_back(skipped_check("gnet, " + what, "no openssl command"));
    return;
  }
  const auto certificate = make_certificate(bench);
  run_connections(bench, result, joined({"--tls"}, how), &certificate, what, 1);
}

}  // namespace

void add_http_rows(std::vector<Row>& rows) {
  rows.push_back({"http-hello", "a hello of 13 bytes on 64 connections", run_hello});
  rows.push_back({"http-pipelined", "16 requests at once, on 64 connections", run_pipelined});
  rows.push_back({"http-batches", "system calls for 16 requests at once", run_batches});
  rows.push_back(
      {"http-parse", "user instructions to parse a browser's request (callgrind)", run_parse});
  rows.push_back(
      {"http-instructions", "user instructions of a hello (callgrind)", run_instructions});
  rows.push_back({"http-connect", "connect, a hello, close, one after another", run_connect});
  rows.push_back({"http-tls", "connect over TLS, a hello, close, one after another",
                  [](const Bench& bench, RowResult& result) {
                    run_tls(bench, result, {}, "full handshakes and hellos a second");
                  }});
  rows.push_back({"http-tls-resumed", "the same, resuming the session of the last",
                  [](const Bench& bench, RowResult& result) {
                    run_tls(bench, result, {"--resume"}, "resumed sessions and hellos a second");
                  }});
}

}  // namespace bench
