// bench_load: loads echo servers on this machine and reports what it saw, one `key value` a line.
//
//   bench_load echo --port 6011 --connections 64 --size 64 --duration 5
//   bench_load echo --port 8080 --protocol http --path /file --depth 16
//   bench_load compare --server 6011:100 --server 6012:101:ws  slices of load in turn
//   bench_load connect --port 6011 --duration 5
//   bench_load idle --port 6011 --connections 10000            holds them until its stdin ends

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/connection.h"
#include "bench/load/echo_clients.h"

namespace {

using bench::Connection;
using Seconds = std::chrono::duration<double>;

struct Options {
  bench::EchoServer server;
  std::vector<std::string> servers;  // PORT:PID[:PROTOCOL]
  bench::Plan plan;
  double duration = 1;
  double warm_up = 0.2;
  double slice = 0.05;
  std::uint64_t slices = 20;
  std::uint64_t count = 0;  // 0: the duration counts
  bool resume = false;
};

const std::map<std::string, bench::Speech> kProtocols = {
    {"echo", bench::Speech::echo},
    {"bulk", bench::Speech::bulk},
    {"http", bench::Speech::http},
    {"ws", bench::Speech::web_socket},
    {"ws-deflate", bench::Speech::deflated_web_socket}};

void print(const char* key, double value) {
  std::printf("%s %.3f\n", key, value);
}

void print_latency(const gnet::Histogram& latency) {
  print("min_us", static_cast<double>(latency.min().count()) / 1e3);
  print("p50_us", static_cast<double>(latency.percentile(0.50).count()) / 1e3);
  print("p99_us", static_cast<double>(latency.percentile(0.99).count()) / 1e3);
}

void print_stretch(const bench::Stretch& stretch) {
  const double seconds = static_cast<double>(stretch.elapsed) / 1e9;
  print("round_trips", static_cast<double>(stretch.round_trips));
  print("seconds", seconds);
  print("rate", static_cast<double>(stretch.round_trips) / seconds);
  print("server_cpu_ns", static_cast<double>(stretch.server_cpu));
}

void echo(const Options& options) {
  bench::EchoClients clients(options.server, options.plan);
  if (options.count != 0) {
    print_stretch(clients.run_count(options.count));
  } else {
    clients.run_for(Seconds(options.warm_up));
    print_stretch(clients.run_for(Seconds(options.duration)));
  }
  print_latency(clients.latency());
}

// All servers stay connected, and only one at a time has work: A B C, A B C. Slices are short, so
// that whatever else goes on in the machine meets all servers alike.
void compare(const Options& options) {
  std::vector<std::unique_ptr<bench::EchoClients>> all;
  for (const auto& server : options.servers) {
    unsigned port = 0;
    int pid = 0;
    char protocol[16] = "echo";
    if (std::sscanf(server.c_str(), "%u:%d:%15s", &port, &pid, protocol) < 2) {
      throw CLI::ValidationError("--server", "not PORT:PID: " + server);
    }
    auto plan = options.plan;
    plan.speech = kProtocols.at(protocol);
    all.push_back(std::make_unique<bench::EchoClients>(
        bench::EchoServer{static_cast<std::uint16_t>(port), pid}, plan));
  }
  for (auto& clients : all) clients->run_for(Seconds(options.warm_up));
  for (std::uint64_t slice = 0; slice < options.slices; ++slice) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::printf("server %zu\n", i);
      print_stretch(all[i]->run_for(Seconds(options.slice)));
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::printf("server %zu\n", i);
    print_latency(all[i]->latency());
  }
}

// One connection, from its begin to the end of stream both ways. Whether TLS was resumed.
bool connect_once(const Options& options, std::uint64_t n, const std::string& message) {
  auto connection = Connection::open(options.server.port, n);
  if (options.plan.socks_to != 0) connection.reach(options.plan.socks_to);
  const bool resumed = options.plan.tls && connection.secure(options.resume);
  if (options.plan.speech == bench::Speech::echo) {
    connection.echo(message);
    connection.finish();
  } else {
    connection.send_all(message);
    if (!connection.receive_all().starts_with("HTTP/1.1 200")) {
      throw bench::WrongEcho("the server answered something else");
    }
  }
  return resumed;
}

// Connect, one message, close; then the next.
void connect(const Options& options) {
  const std::string message = options.plan.speech == bench::Speech::echo
                                  ? std::string(options.plan.message_size, 'x')
                                  : "GET " + options.plan.path +
                                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  gnet::Histogram latency;
  std::optional<bench::ProcessClock> server;
  if (options.server.pid != 0) server.emplace(options.server.pid);
  const auto server_start = server ? server->read() : 0;
  const auto start = bench::now();
  const auto end = start + static_cast<bench::Nanoseconds>(options.duration * 1e9);
  std::uint64_t done = 0;
  std::uint64_t resumed = 0;
  for (auto begin = start; options.count != 0 ? done < options.count : begin < end; ++done) {
    if (connect_once(options, done, message)) ++resumed;
    const auto time = bench::now();
    latency.record(gnet::Duration(time - begin));
    begin = time;
  }
  print_stretch({done, bench::now() - start, server ? server->read() - server_start : 0});
  print("resumed", static_cast<double>(resumed));
  print_latency(latency);
}

// Every connection has had one answer before it rests: it is idle, not fresh.
void idle(const Options& options) {
  bench::Dialogue dialogue(options.plan);
  std::vector<Connection> connections;
  connections.reserve(options.plan.connections);
  for (std::size_t i = 0; i < options.plan.connections; ++i) {
    connections.push_back(Connection::open(options.server.port, i));
    if (options.plan.socks_to != 0) connections.back().reach(options.plan.socks_to);
    dialogue.open(connections.back());
  }
  print("ready", static_cast<double>(connections.size()));
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("load servers on this machine");
  app.require_subcommand(1);
  Options options;

  auto* echoes =
      app.add_subcommand("echo", "a closed loop: each connection has one message under way");
  auto* comparison =
      app.add_subcommand("compare", "the same on several servers, a slice each in turn");
  auto* connects = app.add_subcommand("connect", "connect, echo and close, one after another");
  auto* idles = app.add_subcommand("idle", "hold connections that do nothing until stdin ends");
  for (auto* command : {echoes, comparison, connects, idles}) {
    command->add_option("-s,--size", options.plan.message_size, "bytes a message")
        ->check(CLI::PositiveNumber);
    command->add_option("--path", options.plan.path, "what to ask for (http)");
    command->add_option("--socks-to", options.plan.socks_to,
                        "the server is a SOCKS 5 proxy: to reach this port of 127.0.0.1");
  }
  for (auto* command : {echoes, connects, idles}) {
    command->add_option("--protocol", options.plan.speech, "echo, bulk, http, ws or ws-deflate")
        ->transform(CLI::CheckedTransformer(kProtocols));
    command->add_option("-p,--port", options.server.port, "the server's port on 127.0.0.1")
        ->required();
  }
  for (auto* command : {echoes, comparison, idles}) {
    command->add_option("-c,--connections", options.plan.connections, "connections to each server")
        ->check(CLI::PositiveNumber);
  }
  for (auto* command : {echoes, comparison, connects}) {
    command->add_flag("--tls", options.plan.tls, "over TLS, with any certificate");
  }
  connects->add_flag("--resume", options.resume, "resume the TLS session of the last connection");
  for (auto* command : {echoes, connects}) {
    command->add_option("-d,--duration", options.duration, "seconds to measure");
    command->add_option("-n,--count", options.count, "round trips to make, instead of a duration");
    command->add_option("--pid", options.server.pid, "report the CPU time of this process");
  }
  for (auto* command : {echoes, comparison}) {
    command->add_option("--depth", options.plan.depth, "requests at once (http)")
        ->check(CLI::PositiveNumber);
    command->add_option("-w,--warm-up", options.warm_up, "seconds before the measurement");
    command->add_flag("--check", options.plan.check_content, "compare every byte of every echo");
  }
  comparison->add_option("--server", options.servers, "PORT:PID[:PROTOCOL] of a server")
      ->required();
  comparison->add_option("--slice", options.slice, "seconds a slice");
  comparison->add_option("--slices", options.slices, "slices for each server");
  echoes->callback([&] { echo(options); });
  comparison->callback([&] { compare(options); });
  connects->callback([&] { connect(options); });
  idles->callback([&] { idle(options); });

  bench::raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}
