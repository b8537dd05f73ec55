#include "cli/server/steward.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "gnet/base/log_target.h"

namespace cli {
namespace {

// The questions.
constexpr char kPublish = 'p';
constexpr char kWithdraw = 'w';
constexpr char kOpenLog = 'l';
constexpr char kFinish = 'f';

constexpr std::size_t kLongest = 128 * 1024;

// A file as it was; another that has its name later is somebody else's.
struct Known {
  std::string path;
  struct stat status {};
  bool exists = false;

  explicit Known(std::string name) : path(std::move(name)) { look(); }

  // A device that was written to stays.
  void look() noexcept {
    exists = !path.empty() && lstat(path.c_str(), &status) == 0 &&
             (S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
  }

  void remove() noexcept {
    struct stat now {};
    const bool same = exists && lstat(path.c_str(), &now) == 0 && now.st_ino == status.st_ino &&
                      now.st_dev == status.st_dev;
    if (same) unlink(path.c_str());
    exists = false;
  }
};

// An answer: the number of the error, and perhaps a descriptor.
void answer(int socket, int error, int descriptor) noexcept {
  iovec part{&error, sizeof error};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  sendmsg(socket, &message, MSG_NOSIGNAL);
}

// The other process.
class Keeper {
 public:
  Keeper(int socket, const StewardFiles& files)
      : socket_(socket), logs_(files.logs), ready_(files.ready), pid_(files.pid) {
    ready_.exists = false;  // it is not ours until it is published
    for (const std::string& path : files.sockets) sockets_.emplace_back(path);
  }

  [[noreturn]] void run() noexcept {
    std::string question(kLongest, '\0');
    for (;;) {
      const ssize_t size = recv(socket_, question.data(), question.size(), 0);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      serve(question[0], question.substr(1, static_cast<std::size_t>(size) - 1));
    }
    // The server has ended without a word. Its lock on the pid file went with it; another may
    // have it by now.
    withdraw();
    const gnet::UniqueFd pid(open(pid_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    // The server's end of the socket may have gone a little before its lock.
    for (int attempt = 0; pid && attempt < 100; ++attempt) {
      if (flock(pid.get(), LOCK_EX | LOCK_NB) == 0) {
        pid_.remove();
        break;
      }
      usleep(10'000);
    }
    _exit(0);
  }

 private:
  void serve(char what, const std::string& text) noexcept {
    int error = 0;
    gnet::UniqueFd opened;
    switch (what) {
      case kPublish:
        if (!replace_file(ready_.path, text)) error = errno;
        ready_.look();
        break;
      case kWithdraw:
        withdraw();
        break;
      case kOpenLog:
        error = EACCES;
        if (std::ranges::find(logs_, text) == logs_.end()) break;
        opened.reset(open(text.c_str(), gnet::detail::kLogFlags, gnet::detail::kLogMode));
        error = opened ? 0 : errno;
        break;
      default:
        withdraw();
        pid_.remove();
    }
    answer(socket_, error, opened.get());
  }

  void withdraw() noexcept {
    ready_.remove();
    for (Known& path : sockets_) path.remove();
  }

  const int socket_;
  const std::vector<std::string> logs_;
  Known ready_;
  Known pid_;
  std::vector<Known> sockets_;
};

// Nothing of the server's stays open here: its clients would wait for an end that does not come.
int leave_alone(int socket) noexcept {
  constexpr int kSocket = 3;
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; ++fd) dup2(null, fd);
  if (socket != kSocket) dup2(socket, kSocket);
  close_range(kSocket + 1, ~0U, 0);
  return kSocket;
}

}  // namespace

Steward::Steward(const StewardFiles& files) : ready_(files.ready) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Failure(Exit::io, "cannot make a socket: " + error_text(errno), {}, {},
                  {errno, std::generic_category()});
  }
  socket_.reset(ends[0]);
  const gnet::UniqueFd other(ends[1]);
  process_ = fork();
  if (process_ < 0) throw Failure(Exit::io, "cannot fork: " + error_text(errno));
  if (process_ > 0) return;
  // What stops the server is no business of this one: it ends after it.
  for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) {
    std::signal(number, SIG_IGN);
  }
  prctl(PR_SET_NAME, "gnet-steward");
  Keeper(leave_alone(other.get()), files).run();
}

Steward::~Steward() {
  static_cast<void>(ask(kFinish, {}));
  socket_.reset();
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void Steward::publish(std::string_view text) {
  const int error = ask(kPublish, text);
  if (error == 0) return;
  throw Failure(Exit::io, fmt::format("cannot write {}: {}", ready_, error_text(error)));
}

void Steward::withdraw() noexcept {
  static_cast<void>(ask(kWithdraw, {}));
}

int Steward::open_log(const std::string& path) noexcept {
  int descriptor = -1;
  const int error = ask(kOpenLog, path, &descriptor);
  if (error != 0) errno = error;
  return descriptor;
}

int Steward::ask(char what, std::string_view text, int* descriptor) noexcept {
  if (text.size() >= kLongest) return EMSGSIZE;
  const std::lock_guard turn(mutex_);
  const std::string question = what + std::string(text);
  if (send(socket_.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return errno;
  int error = 0;
  iovec part{&error, sizeof error};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  do {
    count = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof error) return EPIPE;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS && descriptor != nullptr) {
    std::memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  }
  return error;
}

}  // namespace cli
