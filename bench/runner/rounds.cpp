#include "bench/runner/rounds.h"

#include <fmt/core.h>

#include <exception>
#include <memory>
#include <sstream>

namespace bench {
namespace {

// What a round of bench_load compare has to say of one server.
struct Part {
  std::vector<LoadReport> slices;
  LoadReport latency;
};

// Reports in a row, each after a line "server N"; the last of each server is its latency.
std::vector<Part> parse_comparison(const std::string& text, std::size_t servers) {
  std::vector<Part> parts(servers);
  LoadReport* report = nullptr;
  std::istringstream lines(text);
  std::string key;
  for (double value = 0; lines >> key >> value;) {
    if (key == "server") {
      report = &parts.at(static_cast<std::size_t>(value)).slices.emplace_back();
    } else if (report) {
      (*report)[key] = value;
    }
  }
  for (auto& part : parts) {
    if (part.slices.empty()) throw std::runtime_error("bench_load said nothing of a server");
    part.latency = part.slices.back();
    part.slices.pop_back();
  }
  return parts;
}

// Runs a round of those servers that have not failed so far. One that cannot be loaded spoils the
// round for all, so each is tried alone first.
void run_round(const Bench& bench, const std::vector<Server>& servers, Rounds& rounds,
               const Command& plan) {
  Command command = joined({"compare", "--slice", fmt::format("{:.3f}", bench.slice), "--slices",
                            std::to_string(bench.slices), "--warm-up", "0.1"},
                           plan);
  std::vector<std::unique_ptr<RunningServer>> running;
  std::vector<Rounds::OfServer*> taking_part;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    auto& of_server = rounds.servers[i];
    if (!of_server.failure.empty()) continue;
    try {
      auto server = std::make_unique<RunningServer>(bench, servers[i]);
      run_load(bench, joined({"echo", "--port", server->port(), "--count", "10", "--protocol",
                              server->protocol()},
                             plan));
      command.insert(command.end(), {"--server", fmt::format("{}:{}:{}", server->port(),
                                                             server->pid(), server->protocol())});
      running.push_back(std::move(server));
      taking_part.push_back(&of_server);
    } catch (const std::exception& error) {
      of_server.failure = error.what();
    }
  }
  if (running.empty()) return;
  try {
    const auto load = [&] {
      return output_of(bench, joined({bench.program("bench_load")}, command));
    };
    auto parts = parse_comparison(load(), running.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto& all = taking_part[i]->reports;
      all.insert(all.end(), parts[i].slices.begin(), parts[i].slices.end());
      taking_part[i]->latencies.push_back(std::move(parts[i].latency));
    }
  } catch (const std::exception& error) {
    for (auto* of_server : taking_part) of_server->failure = error.what();
  }
}

Rounds empty_rounds(const std::vector<Server>& servers) {
  Rounds rounds;
  for (const auto& server : servers) rounds.servers.push_back({server.name, {}, {}, {}});
  return rounds;
}

}  // namespace

const Rounds::OfServer* Rounds::find(const std::string& name) const {
  for (const auto& server : servers) {
    if (server.name == name && server.failure.empty() && !server.reports.empty()) return &server;
  }
  return nullptr;
}

Rounds run_slices(const Bench& bench, const std::vector<Server>& servers, const Command& plan) {
  auto rounds = empty_rounds(servers);
  for (int round = 0; round < bench.rounds; ++round) run_round(bench, servers, rounds, plan);
  return rounds;
}

Rounds run_rounds(const Bench& bench, const std::vector<Server>& servers,
                  const Command& arguments) {
  auto rounds = empty_rounds(servers);
  for (int round = 0; round < bench.rounds; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      auto& of_server = rounds.servers[i];
      if (!of_server.failure.empty()) continue;
      try {
        RunningServer running(bench, servers[i]);
        of_server.reports.push_back(run_load(
            bench,
            joined(arguments, {"--port", running.port(), "--pid", std::to_string(running.pid()),
                               "--protocol", running.protocol()})));
      } catch (const std::exception& error) {
        of_server.failure = error.what();
      }
    }
  }
  return rounds;
}

}  // namespace bench
