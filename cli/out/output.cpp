#include "cli/out/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <vector>

#include "cli/out/failure.h"
#include "cli/out/inherited_descriptors.h"
#include "gnet/base/unique_fd.h"

namespace cli {
namespace {

std::mutex printing;

std::mutex files_mutex;
std::vector<const TemporaryFile*>& temporary_files() {
  static std::vector<const TemporaryFile*> files;
  return files;
}

std::mutex terminal_mutex;
int terminal = -1;  // whose modes are kept
termios terminal_modes{};

void restore_terminal() noexcept {
  const std::lock_guard lock(terminal_mutex);
  if (terminal >= 0) tcsetattr(terminal, TCSADRAIN, &terminal_modes);
}

}  // namespace

void prepare_standard_streams() {
  note_inherited_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // Opened the wrong way round on purpose: using a closed stream stays an error.
    const int opened = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    if (opened != fd && opened != -1) {
      dup2(opened, fd);
      close(opened);
    }
  }
}

bool write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

namespace {

// Whether there is something in whose place no file is to be: a device, a pipe. Links are those of
// /dev only, for elsewhere others may have put them there.
bool is_to_stay(const std::string& path) {
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0 || S_ISREG(there.st_mode)) return false;
  return !S_ISLNK(there.st_mode) || path.starts_with("/dev/");
}

}  // namespace

bool replace_file(const std::string& path, std::string_view text) noexcept {
  if (is_to_stay(path)) {
    const gnet::UniqueFd fd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    return fd && write_all(fd.get(), text);
  }
  const std::string fresh = fmt::format("{}.{}", path, getpid());
  unlink(fresh.c_str());  // of a process that had our number and was killed
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const gnet::UniqueFd fd(open(fresh.c_str(), kNew, 0644));
  if (fd && write_all(fd.get(), text) && std::rename(fresh.c_str(), path.c_str()) == 0) return true;
  const int error = errno;
  unlink(fresh.c_str());
  errno = error;
  return false;
}

void print(std::string_view text) {
  const std::lock_guard lock(printing);
  if (write_all(STDOUT_FILENO, text)) return;
  if (errno == EPIPE || errno == EBADF) leave(Exit::stdout_closed);
  throw Failure(Exit::io, "cannot write standard output: " + error_text(errno));
}

void print_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  print(text);
}

TemporaryFile::TemporaryFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  const std::lock_guard lock(files_mutex);
  temporary_files().push_back(this);
}

TemporaryFile::~TemporaryFile() {
  remove();
}

void TemporaryFile::remove() noexcept {
  const std::lock_guard lock(files_mutex);
  if (std::erase(temporary_files(), this) != 0) unlink_own();
}

void TemporaryFile::unlink_own() const noexcept {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) unlink(path_.c_str());
}

TerminalModes::TerminalModes(int fd) noexcept {
  const std::lock_guard lock(terminal_mutex);
  terminal = tcgetattr(fd, &terminal_modes) == 0 ? fd : -1;
}

TerminalModes::~TerminalModes() {
  restore_terminal();
  const std::lock_guard lock(terminal_mutex);
  terminal = -1;
}

// ---- the end of the process ----

namespace {

std::mutex groups_mutex;

std::vector<pid_t>& owned_groups() {
  static std::vector<pid_t> groups;
  return groups;
}

}  // namespace

OwnedGroup::OwnedGroup(pid_t group) : group_(group) {
  const std::lock_guard lock(groups_mutex);
  owned_groups().push_back(group_);
}

OwnedGroup::~OwnedGroup() {
  const std::lock_guard lock(groups_mutex);
  std::erase(owned_groups(), group_);
}

void leave(Exit status) noexcept {
  restore_terminal();
  {
    const std::lock_guard lock(groups_mutex);
    for (const pid_t group : owned_groups()) kill(-group, SIGKILL);
  }
  const std::lock_guard lock(files_mutex);
  for (const TemporaryFile* file : temporary_files()) file->unlink_own();
  _exit(static_cast<int>(status));
}

}  // namespace cli
