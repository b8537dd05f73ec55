// What TLS costs: echoes against a C server that calls OpenSSL directly, and full handshakes
// against the server that comes with OpenSSL, as its own `openssl s_time` counts them.

#include <chrono>
#include <stdexcept>

#include "bench/runner/certificate.h"
#include "bench/runner/port.h"
#include "bench/runner/rounds.h"
#include "bench/runner/rows.h"

namespace bench {
namespace {

// The tool's server with this certificate; without a command if there is none.
Server gnet_server(const Bench& bench, const Certificate& certificate) {
  for (const auto& server : bench.servers) {
    if (server.name != kGnet) continue;
    return {kGnet, joined(server.command,
                          {"--tls", "--tls-cert", certificate.file, "--tls-key", certificate.key})};
  }
  return {kGnet, {}};
}

double cpu_per_echo(const LoadReport& report) {
  return report.at("server_cpu_ns") / 1e3 / report.at("round_trips");
}

void run_echo(const Bench& bench, RowResult& result) {
  const std::string what = "gnet over TLS, CPU per echo / floor";
  with_tools(bench, result, what, {"openssl"}, [&] {
    const auto certificate = make_certificate(bench);
    const std::vector<Server> servers = {
        {kFloor, {bench.program("tls_epoll"), "0", certificate.file, certificate.key}},
        gnet_server(bench, certificate)};
    const auto rounds =
        run_slices(bench, servers, {"--tls", "--connections", "64", "--size", "1024"});
    for (const auto& server : rounds.servers) {
      Subject subject{server.name, {}, server.failure};
      if (!subject.failed()) {
        subject.values = {{"cpu us/echo", Rounds::median_of(server, cpu_per_echo)},
                          {"ratio", rounds.ratio_to_floor(server, cpu_per_echo)},
                          {"+-", rounds.ratio_error(server, cpu_per_echo)}};
      }
      result.subjects.push_back(std::move(subject));
    }
    const auto& gnet = result.subjects.back();
    result.checks.push_back(gnet.failed()
                                ? failed_check(what, gnet.failure)
                                : Check{what, gnet.at("ratio"), "x", Bound::at_most, 1.1});
  });
}

// --- handshakes
// ------------------------------------------------------------------------------------

// Full handshakes a second. s_time counts whole seconds only, so the clock here is our own.
double handshakes(const Bench& bench, const std::string& port) {
  const auto start = std::chrono::steady_clock::now();
  const auto report = output_of(bench, {"openssl", "s_time", "-connect", "127.0.0.1:" + port,
                                        "-new", "-tls1_3", "-time", bench.quick ? "1" : "2"});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto end = report.find(" connections in ");
  if (end == std::string::npos) throw std::runtime_error("s_time counted no connections");
  const auto begin = report.find_last_not_of("0123456789", end - 1) + 1;
  return std::stod(report.substr(begin, end - begin)) / took.count();
}

double handshakes_of_openssl(const Bench& bench, const Certificate& certificate) {
  const auto port = free_port();
  const auto server =
      Process::start({"openssl", "s_server", "-quiet", "-accept", "127.0.0.1:" + port, "-cert",
                      certificate.file, "-key", certificate.key},
                     {bench.server_core, bench.program("server.log")});
  await_listener(port);
  return handshakes(bench, port);
}

double handshakes_of_gnet(const Bench& bench, const Server& server) {
  const RunningServer running(bench, server);
  return handshakes(bench, running.port());
}

void run_handshakes(const Bench& bench, RowResult& result) {
  const std::string what = "gnet, full handshakes a second / openssl s_server";
  with_tools(bench, result, what, {"openssl"}, [&] {
    const auto certificate = make_certificate(bench);
    const auto server = gnet_server(bench, certificate);
    std::vector<double> openssl;
    std::vector<double> gnet;
    std::vector<double> ratios;
    for (int round = 0; round < bench.rounds; ++round) {
      openssl.push_back(handshakes_of_openssl(bench, certificate));
      gnet.push_back(handshakes_of_gnet(bench, server));
      ratios.push_back(gnet.back() / openssl.back());
    }
    result.subjects.push_back({"openssl s_server", {{"handshakes/s", median(openssl)}}, {}});
    result.subjects.push_back({kGnet, {{"handshakes/s", median(gnet)}}, {}});
    result.checks.push_back({what, median(ratios), "x", Bound::at_least, 0.95});
  });
}

}  // namespace

void add_tls_rows(std::vector<Row>& rows) {
  rows.push_back({"tls-1K-64c", "1 KiB echoes over TLS on 64 connections", run_echo});
  rows.push_back({"tls-handshakes", "full TLS handshakes, one after another", run_handshakes});
}

}  // namespace bench
