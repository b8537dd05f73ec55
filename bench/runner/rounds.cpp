#include "bench/runner/rounds.h"

#include <exception>

namespace bench {

const Rounds::OfServer* Rounds::find(const std::string& name) const {
  for (const auto& server : servers) {
    if (server.name == name && server.failure.empty() && !server.reports.empty()) return &server;
  }
  return nullptr;
}

Rounds run_rounds(const Bench& bench, const std::vector<Server>& servers,
                  const Command& arguments) {
  Rounds rounds;
  for (const auto& server : servers) rounds.servers.push_back({server.name, {}, {}});
  for (int round = 0; round < bench.rounds; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      auto& of_server = rounds.servers[i];
      if (!of_server.failure.empty()) continue;
      try {
        RunningServer running(bench, servers[i]);
        Command command = arguments;
        command.insert(command.end(),
                       {"--port", running.port(), "--pid", std::to_string(running.pid())});
        of_server.reports.push_back(run_load(bench, command));
      } catch (const std::exception& error) {
        of_server.failure = error.what();
      }
    }
  }
  return rounds;
}

}  // namespace bench
