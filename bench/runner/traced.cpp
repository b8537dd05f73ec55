#include "bench/runner/traced.h"

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

constexpr int kFew = 2000;
constexpr int kMany = 10000;

Counts count(const Bench& bench, const Server& server, const Command& wrapper, int connections,
             int echoes, const std::function<Counts()>& read, const Command& plan) {
  RunningServer running(bench, server, wrapper);
  run_load(bench,
           joined({"echo", "--port", running.port(), "--connections", std::to_string(connections),
                   "--count", std::to_string(echoes), "--protocol", running.protocol()},
                  plan));
  running.stop();
  return read();
}

}  // namespace

Counts count_per_echo(const Bench& bench, const Server& server, const Command& wrapper,
                      int connections, const std::function<Counts()>& read, const Command& plan) {
  const auto few = count(bench, server, wrapper, connections, kFew, read, plan);
  const auto many = count(bench, server, wrapper, connections, kMany, read, plan);
  Counts per_echo;
  for (const auto& [key, value] : many) {
    const auto before = few.find(key);
    per_echo[key] = (value - (before == few.end() ? 0 : before->second)) / (kMany - kFew);
  }
  return per_echo;
}

void wait_until(const std::function<bool()>& done) {
  for (int i = 0; i < 500 && !done(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

double callgrind_total(const std::string& file) {
  std::istringstream lines(read_file(file));
  std::filesystem::remove(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("totals:", 0) == 0) return std::stod(line.substr(7));
  }
  throw std::runtime_error("callgrind left no totals");
}

double instructions_per_echo(const Bench& bench, const Server& server, int connections,
                             const Command& plan) {
  const auto file = bench.program("callgrind.out");
  const Command callgrind = {"valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + file};
  const auto read = [&] { return Counts{{"instructions", callgrind_total(file)}}; };
  return count_per_echo(bench, server, callgrind, connections, read, plan).at("instructions");
}

Counts system_calls_per_echo(const Bench& bench, const Server& server, int connections,
                             const Command& plan) {
  const auto file = bench.program("strace.txt");
  // -D makes the server, not strace, the child that the runner stops.
  const Command strace = {"strace", "-D", "-f", "-c", "-o", file};
  std::filesystem::remove(file);
  const auto read = [&] {
    wait_until([&] { return parse_strace_table(read_file(file)).contains("total"); });
    auto table = parse_strace_table(read_file(file));
    std::filesystem::remove(file);
    return table;
  };
  return count_per_echo(bench, server, strace, connections, read, plan);
}

// % time     seconds  usecs/call     calls    errors syscall
// ------ ----------- ----------- --------- --------- ----------------
//  40.00    0.000002           1         2         1 epoll_wait
//   ...
// 100.00    0.000005           1         5         1 total
Counts parse_strace_table(const std::string& text) {
  Counts counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::vector<std::string> words;
    for (std::string word; fields >> word;) words.push_back(word);
    if (words.size() < 5 || words[3].find_first_not_of("0123456789") != std::string::npos) continue;
    counts[words.back()] = std::stod(words[3]);
  }
  return counts;
}

}  // namespace bench
