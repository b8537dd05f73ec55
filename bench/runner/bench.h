// What every row works with: the servers that there are, the cores, and how long to measure.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/runner/process.h"
#include "bench/runner/result.h"

namespace bench {

inline constexpr const char* kFloor = "floor";  // the C server that the others are compared with
inline constexpr const char* kGnet = "gnet";

// A server: a command that prints its port and serves.
struct Server {
  std::string name;
  Command command;
  std::string protocol = "echo";  // of bench_load
  std::string port{};             // of one that cannot choose and print it
};

struct Bench {
  std::string folder;  // where the peers, bench_load and the probes are
  std::string gnet;    // the tool
  std::vector<Server> servers;
  int rounds = 5;      // starts of each server
  int slices = 20;     // of load for each server in a round
  double slice = 0.1;  // seconds
  bool quick = false;
  int server_core = 0;
  int load_core = 1;

  [[nodiscard]] std::string program(const std::string& name) const { return folder + "/" + name; }
  [[nodiscard]] bool has_gnet() const { return !gnet.empty(); }

  // The servers that matter to a bound: the floor and gnet; with the peers unless it is quick.
  [[nodiscard]] std::vector<Server> floor_and_gnet() const;
  [[nodiscard]] std::vector<Server> all_or_floor_and_gnet() const;
};

// A server at work. `wrapper` comes before its command: strace or valgrind with their options.
class RunningServer {
 public:
  RunningServer(const Bench& bench, const Server& server, const Command& wrapper = {});

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }
  [[nodiscard]] const std::string& port() const noexcept { return port_; }
  [[nodiscard]] const std::string& protocol() const noexcept { return protocol_; }
  void stop() noexcept { process_.stop(); }

 private:
  Process process_;
  std::string port_;
  std::string protocol_;
};

// Runs bench_load to its end and returns its report; throws std::runtime_error with its message.
using LoadReport = std::map<std::string, double>;
LoadReport run_load(const Bench& bench, const Command& arguments);

// Connections that do nothing, held as long as this lives.
class IdleConnections {
 public:
  IdleConnections(const Bench& bench, const RunningServer& server, int count);

 private:
  Process process_;
};

// Runs a command to its end: its stdout. Throws when its exit status is not 0.
std::string output_of(const Bench& bench, const Command& command);

Command joined(Command front, const Command& back);

LoadReport parse_report(const std::string& text);

double median(std::vector<double> values);

}  // namespace bench
