#include "bench/runner/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace bench {
namespace {

[[noreturn]] void throw_errno(const std::string& operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

// Puts other work on the machine behind this process, where that is allowed (root). The kernel
// shares a core among sessions first and among the processes of each then, so that a session of
// its own is the first thing to have.
void take_priority() {
  setsid();
  setpriority(PRIO_PROCESS, 0, -20);
  if (const int group = open("/proc/self/autogroup", O_WRONLY); group >= 0) {
    [[maybe_unused]] const ssize_t written = write(group, "-20", 3);
    close(group);
  }
}

// Runs in the child between fork and exec.
[[noreturn]] void become(const Command& command, const Process::Setting& setting, int in, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  take_priority();
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  if (!setting.log_file.empty()) {
    const int log = open(setting.log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (log >= 0) dup2(log, STDERR_FILENO);
  }
  if (setting.core >= 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(setting.core, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
  }
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Process Process::start(const Command& command, const Setting& setting) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw_errno("pipe");
  Process process;
  process.pid_ = fork();
  if (process.pid_ < 0) throw_errno("fork");
  if (process.pid_ == 0) become(command, setting, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  process.stdin_ = in[1];
  process.stdout_ = out[0];
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      stdin_(std::exchange(other.stdin_, -1)),
      stdout_(std::exchange(other.stdout_, -1)) {}

Process::~Process() {
  stop();
  close_stdin();
  if (stdout_ >= 0) close(stdout_);
}

std::string Process::read_line(std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string line;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd poll_for{stdout_, POLLIN, 0};
    if (left.count() <= 0 || poll(&poll_for, 1, static_cast<int>(left.count())) == 0) {
      throw std::runtime_error("no output in time");
    }
    char c = 0;
    const ssize_t got = read(stdout_, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error("ended without output");
    if (c == '\n') return line;
    line += c;
  }
}

std::string Process::read_all() {
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t got = read(stdout_, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(part, static_cast<std::size_t>(got));
  }
}

void Process::close_stdin() noexcept {
  if (stdin_ >= 0) close(std::exchange(stdin_, -1));
}

int Process::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("waitpid");
  }
  pid_ = -1;
  return exit_status(status);
}

void Process::stop() noexcept {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  int status = 0;
  for (int i = 0; i < 500; ++i) {
    if (waitpid(pid_, &status, WNOHANG) != 0) {
      pid_ = -1;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, &status, 0);
  pid_ = -1;
}

double cpu_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

std::uint64_t resident_memory(pid_t pid) {
  const auto proc = "/proc/" + std::to_string(pid);
  std::ifstream rollup(proc + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.rfind("Rss:", 0) == 0) return std::stoull(line.substr(4)) * 1024;
  }
  std::istringstream statm(read_file(proc + "/statm"));
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(statm >> total >> resident)) throw std::runtime_error("the server is gone");
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace bench
