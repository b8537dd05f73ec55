// bench_load: loads an echo server on this machine and reports what it saw, one `key value` a line.
//
//   bench_load echo --port 6011 --connections 64 --size 64 --duration 5
//   bench_load connect --port 6011 --duration 5
//   bench_load idle --port 6011 --connections 10000      holds them until its stdin ends

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/connection.h"
#include "bench/load/echo_load.h"

namespace {

using bench::Connection;

void print(const char* key, double value) {
  std::printf("%s %.3f\n", key, value);
}

void print_latency(const bench::Histogram& latency) {
  print("min_us", static_cast<double>(latency.min()) / 1e3);
  print("p50_us", static_cast<double>(latency.percentile(0.50)) / 1e3);
  print("p99_us", static_cast<double>(latency.percentile(0.99)) / 1e3);
}

void echo(const bench::EchoPlan& plan) {
  const auto result = bench::run_echo_load(plan);
  const double seconds = static_cast<double>(result.elapsed) / 1e9;
  print("round_trips", static_cast<double>(result.round_trips));
  print("seconds", seconds);
  print("rate", static_cast<double>(result.round_trips) / seconds);
  print_latency(result.latency);
  print("server_cpu_ns", static_cast<double>(result.server_cpu));
  print("load_cpu_ns", static_cast<double>(result.own_cpu));
}

// Connect, echo, end of stream both ways, close; then the next.
void connect(const bench::EchoPlan& plan) {
  const std::string message(plan.message_size, 'x');
  bench::Histogram latency;
  std::optional<bench::ProcessClock> server;
  if (plan.server != 0) server.emplace(plan.server);
  const auto server_start = server ? server->read() : 0;
  const auto start = bench::now();
  const auto end = start + static_cast<bench::Nanoseconds>(plan.duration * 1e9);
  std::uint64_t done = 0;
  for (auto begin = start; plan.count != 0 ? done < plan.count : begin < end; ++done) {
    auto connection = Connection::open(plan.port, done);
    connection.echo(message);
    connection.finish();
    const auto time = bench::now();
    latency.add(time - begin);
    begin = time;
  }
  const double seconds = static_cast<double>(bench::now() - start) / 1e9;
  print("round_trips", static_cast<double>(done));
  print("seconds", seconds);
  print("rate", static_cast<double>(done) / seconds);
  print_latency(latency);
  print("server_cpu_ns", server ? static_cast<double>(server->read() - server_start) : 0);
}

// Every connection has done one echo before it rests: it is idle, not fresh.
void idle(const bench::EchoPlan& plan) {
  const std::string message(plan.message_size, 'x');
  std::vector<Connection> connections;
  connections.reserve(plan.connections);
  for (std::size_t i = 0; i < plan.connections; ++i) {
    connections.push_back(Connection::open(plan.port, i));
    connections.back().echo(message);
  }
  print("ready", static_cast<double>(connections.size()));
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("load an echo server on this machine");
  app.require_subcommand(1);
  bench::EchoPlan plan;
  const auto add = [&](const char* name, const char* summary, auto run) {
    auto* command = app.add_subcommand(name, summary);
    command->add_option("-p,--port", plan.port, "the server's port on 127.0.0.1")->required();
    command->add_option("-s,--size", plan.message_size, "bytes a message")
        ->check(CLI::PositiveNumber);
    command->callback([&plan, run] { run(plan); });
    return command;
  };
  const auto add_length = [&](CLI::App* command) {
    command->add_option("-d,--duration", plan.duration, "seconds to measure");
    command->add_option("-n,--count", plan.count, "round trips to make, instead of a duration");
    command->add_option("--pid", plan.server, "report the CPU time of this process");
  };
  auto* echoes = add("echo", "a closed loop: each connection has one message under way", echo);
  add_length(echoes);
  echoes->add_option("-c,--connections", plan.connections, "connections at once")
      ->check(CLI::PositiveNumber);
  echoes->add_option("-w,--warm-up", plan.warm_up, "seconds before the measurement");
  echoes->add_flag("--check", plan.check_content, "compare every byte of every echo");
  add_length(add("connect", "connect, echo and close, one after another", connect));
  add("idle", "hold connections that do nothing until stdin ends", idle)
      ->add_option("-c,--connections", plan.connections, "connections at once")
      ->check(CLI::PositiveNumber);

  bench::raise_descriptor_limit();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}
