// A child process, pinned to one core, whose output the runner reads.
//
// It dies with the runner, and with its owner at the latest. Its stderr goes to a log file, whose
// text belongs into the report when the child fails.
//
//   auto load = Process::start({"bench_load", "echo", …}, {.core = 1});
//   std::string report = load.read_all();
//   if (load.wait() != 0) …

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

using Command = std::vector<std::string>;

class Process {
 public:
  struct Setting {
    int core = -1;         // -1: any
    std::string log_file;  // for stderr; empty: the runner's own
  };

  static Process start(const Command& command, const Setting& setting);

  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();  // stop()

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  // The next line of its stdout, without the newline; throws std::runtime_error when the process
  // ends or the time passes before there is one.
  std::string read_line(std::chrono::seconds limit);

  // Everything up to the end of its stdout.
  std::string read_all();

  // Ends its stdin.
  void close_stdin() noexcept;

  // Waits for its end: the exit status, or 128 + the signal that killed it.
  int wait();

  // SIGTERM, and SIGKILL to what has not ended after five seconds. Does nothing after wait().
  void stop() noexcept;

 private:
  Process() = default;

  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
};

// CPU time of all children that have ended, user and system, in milliseconds.
double cpu_of_children();

// Memory of the process in RAM, in bytes.
std::uint64_t resident_memory(pid_t pid);

std::string read_file(const std::string& path);

// Whether `name` is an executable somewhere in PATH.
bool in_path(const std::string& name);

}  // namespace bench
