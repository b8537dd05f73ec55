#include "bench/runner/bench.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "bench/runner/port.h"

namespace bench {
namespace {

constexpr std::chrono::seconds kStartLimit{30};  // valgrind is slow to start

std::string last_line(const std::string& file) {
  std::istringstream lines(read_file(file));
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

// The error of a child with what it said last, which is mostly the reason.
std::runtime_error failure(const std::string& what, const std::string& log) {
  const auto said = last_line(log);
  return std::runtime_error(said.empty() ? what : what + ": " + said);
}

}  // namespace

Command joined(Command front, const Command& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

std::vector<Server> Bench::floor_and_gnet() const {
  std::vector<Server> chosen;
  for (const auto& server : servers) {
    if (server.name == kFloor || server.name == kGnet) chosen.push_back(server);
  }
  return chosen;
}

std::vector<Server> Bench::all_or_floor_and_gnet() const {
  return quick ? floor_and_gnet() : servers;
}

RunningServer::RunningServer(const Bench& bench, const Server& server, const Command& wrapper)
    : process_(Process::start(joined(wrapper, server.command),
                              {bench.server_core, bench.program("server.log")})),
      protocol_(server.protocol) {
  try {
    port_ = server.port;
    if (port_.empty()) {
      port_ = process_.read_line(kStartLimit);
    } else {
      await_listener(port_);
    }
  } catch (const std::runtime_error& error) {
    throw failure("did not start: " + std::string(error.what()), bench.program("server.log"));
  }
}

LoadReport run_load(const Bench& bench, const Command& arguments) {
  return parse_report(output_of(bench, joined({bench.program("bench_load")}, arguments)));
}

IdleConnections::IdleConnections(const Bench& bench, const RunningServer& server, int count)
    : process_(
          Process::start({bench.program("bench_load"), "idle", "--port", server.port(),
                          "--connections", std::to_string(count), "--protocol", server.protocol()},
                         {bench.load_core, bench.program("load.log")})) {
  try {
    process_.read_line(kStartLimit);
  } catch (const std::runtime_error&) {
    throw failure("could not hold " + std::to_string(count) + " connections",
                  bench.program("load.log"));
  }
}

std::string output_of(const Bench& bench, const Command& command) {
  const auto log = bench.program("load.log");
  auto process = Process::start(command, {bench.load_core, log});
  process.close_stdin();
  auto text = process.read_all();
  if (const int status = process.wait(); status != 0) {
    throw failure("exit status " + std::to_string(status), log);
  }
  return text;
}

LoadReport parse_report(const std::string& text) {
  LoadReport report;
  std::istringstream lines(text);
  std::string key;
  for (double value = 0; lines >> key >> value;) report[key] = value;
  return report;
}

double median(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("median of nothing");
  return Measured(std::move(values)).median;
}

}  // namespace bench
