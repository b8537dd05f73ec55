#include "cli/server/background.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/inherited_descriptors.h"

namespace cli {
namespace {

// The end of the pipe to the waiting parent; -1 without --daemon.
int parent_pipe = -1;

// The process that started us, as long as it was asked for first.
pid_t original_parent = 0;

[[noreturn]] void wait_for_child(int pipe_end) {
  unsigned char status = static_cast<unsigned char>(Exit::internal);
  ssize_t got = 0;
  do {
    got = read(pipe_end, &status, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) {
    write_all(STDERR_FILENO, "gnet: the server ended before it was ready\n");
    status = static_cast<unsigned char>(Exit::internal);
  }
  _exit(status);
}

// What a supervisor has addressed to the process that it started is for the server.
void readdress(const char* variable, pid_t started) {
  const char* const text = std::getenv(variable);
  if (text == nullptr || text != std::to_string(started)) return;
  setenv(variable, std::to_string(getpid()).c_str(), 1);
}

// Two forks: the server belongs to no terminal and cannot get one.
void daemonize() {
  const pid_t started = getpid();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Failure(Exit::io, "cannot make a pipe: " + error_text(errno));
  }
  const pid_t child = fork();
  if (child < 0) throw Failure(Exit::io, "cannot fork: " + error_text(errno));
  if (child > 0) {
    close(ends[1]);
    // It has what we inherited, a lock perhaps, until it is gone.
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    wait_for_child(ends[0]);
  }
  close(ends[0]);
  setsid();
  const pid_t server = fork();
  if (server != 0) _exit(0);  // if the fork failed, the parent sees the pipe close
  for (const char* variable : {"LISTEN_PID", "WATCHDOG_PID"}) readdress(variable, started);
  parent_pipe = ends[1];
  on_failure(tell_parent);
}

// What has something else in it is somebody's, who wants to have it back.
void check_pid_file(int fd, const std::string& path) {
  struct stat status {};
  std::array<char, 32> text{};
  const bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const ssize_t size = is_file ? pread(fd, text.data(), text.size(), 0) : 0;
  const std::string_view found(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (is_file && found.find_first_not_of("0123456789\n") == found.npos) return;
  throw Failure(Exit::io, path + " is no pid file, and is left as it is");
}

// Takes the lock of the file that has the name now: between open() and flock() the
// one who held it may have removed it.
gnet::UniqueFd lock_file(const std::string& path) {
  for (;;) {
    gnet::UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) throw Failure(Exit::io, "cannot write " + path + ": " + error_text(errno));
    check_pid_file(fd.get(), path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      std::array<char, 32> text{};
      const ssize_t size = read(fd.get(), text.data(), text.size() - 1);
      std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
      pid.resize(std::min(pid.find('\n'), pid.size()));
      throw Failure(Exit::io, fmt::format("{} is held by process {}", path, pid),
                    "it seems to run already");
    }
    struct stat opened {};
    struct stat named {};
    if (fstat(fd.get(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
      return fd;
    }
  }
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, 4096> folder{};
  if (getcwd(folder.data(), folder.size()) == nullptr) return path;
  return std::string(folder.data()) + "/" + path;
}

}  // namespace

PidFile::PidFile(const std::string& path) : fd_(lock_file(path)), file_(absolute(path)) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(fd_.get(), 0) != 0 || !write_all(fd_.get(), text)) {
    throw Failure(Exit::io, "cannot write " + path + ": " + error_text(errno));
  }
}

Background::Background(const ServerOptions& options) {
  if (options.die_with_parent) die_with_parent();
  if (options.daemon) daemonize();
  if (!options.pid_file.empty()) pid_file_ = std::make_unique<PidFile>(options.pid_file);
}

void tell_parent(Exit status) noexcept {
  const int pipe_end = std::exchange(parent_pipe, -1);
  if (pipe_end == -1) return;
  if (status == Exit::ok) {
    // Whoever reads our output must not wait for the end of the server.
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; ++fd) dup2(null, fd);
    if (null > 2) close(null);
    // Nor for what it never knew of: a lock, or a pipe of somebody else.
    close_inherited_descriptors();
  }
  const char byte = static_cast<char>(status);
  write_all(pipe_end, {&byte, 1});
  close(pipe_end);
}

void die_with_parent() {
  if (original_parent == 0) original_parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != original_parent) leave(Exit::ok);
}

}  // namespace cli
