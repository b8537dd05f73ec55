#include "gnet/os/child_process.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "gnet/base/background_thread.h"
#include "gnet/base/error.h"
#include "gnet/base/unpatched.h"
#include "gnet/fiber/mailbox.h"

namespace gnet::detail {
namespace {

constexpr std::size_t kThreadStack = 64 * 1024;
constexpr int kUnknown = 255;  // the status of a child that somebody else has waited for

std::atomic<bool> pidfd_allowed{true};

UniqueFd open_pidfd(pid_t pid) noexcept {
  if (!pidfd_allowed) return {};
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec always
}

struct Ended {
  int status;
  Duration cpu_time;
};

Duration duration_of(const timeval& time) noexcept {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// How a child has ended, or nothing while it runs. Frees its number, or leaves it a zombie.
std::optional<Ended> end_of(pid_t pid, bool leave_zombie) noexcept {
  siginfo_t info{};
  rusage usage{};
  long result = 0;
  do {
    // The system call, unlike libc's, tells what was used.
    result = syscall(SYS_waitid, P_PID, pid, &info,
                     WEXITED | WNOHANG | (leave_zombie ? WNOWAIT : 0), &usage);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return Ended{kUnknown, {}};
  if (info.si_pid == 0) return std::nullopt;
  const int status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return Ended{status, duration_of(usage.ru_utime) + duration_of(usage.ru_stime)};
}

// Whether it has ended; frees its number then.
bool reap(pid_t pid) noexcept {
  return end_of(pid, false).has_value();
}

// Children that run on after their hub. Looked at whenever another is started.
class Forgotten {
 public:
  static Forgotten& instance() {
    static Forgotten& forgotten = []() -> Forgotten& {
      pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                     [] { instance().begin_in_child(); });
      return *new Forgotten;
    }();
    return forgotten;
  }
  void add(pid_t pid) {
    const std::lock_guard lock(mutex_);
    pids_.push_back(pid);
  }
  void look() {
    const std::lock_guard lock(mutex_);
    std::erase_if(pids_, [](pid_t pid) { return reap(pid); });
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return pids_.size();
  }

 private:
  // Of a fork(), with the lock held: they are its parent's.
  void begin_in_child() noexcept {
    pids_.clear();
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

// Children of this thread's hub whose owners have gone.
class Left {
 public:
  static Left* current() {
    if (gone_) return nullptr;
    DescriptorSet::current();  // made first
    thread_local Left left;
    return &left;
  }
  ~Left() { gone_ = true; }

  std::unordered_set<std::shared_ptr<ChildProcess>> children;

 private:
  static thread_local bool gone_;
};

thread_local bool Left::gone_ = false;

}  // namespace

ChildProcess::Interest::Interest(ChildProcess& owner, int fd) noexcept
    : DescriptorInterest(
          fd, POLLIN,
          [](DescriptorInterest& self) noexcept { static_cast<Interest&>(self).child.ended(); }),
      child(owner) {}

void ChildProcess::prepare() {
  Forgotten::instance().look();
  Left::current();  // so that it goes before what it needs
}

std::shared_ptr<ChildProcess> ChildProcess::adopt(pid_t pid, bool keeps_number) {
  std::shared_ptr<ChildProcess> child;
  try {
    child = std::make_shared<ChildProcess>(pid, keeps_number);
    child->watch();
    return child;
  } catch (...) {
    ::kill(pid, SIGKILL);
    const Unpatched unpatched;  // it does not take long
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (child) child->number_is_free_ = true;
    throw;
  }
}

ChildProcess::ChildProcess(pid_t pid, bool keeps_number)
    : pid_(pid), keeps_number_(keeps_number), pidfd_(open_pidfd(pid)) {}

ChildProcess::~ChildProcess() {
  if (interest_) DescriptorSet::remove(*interest_);
  if (!number_is_free_ && !reap(pid_)) Forgotten::instance().add(pid_);
}

// Whether it has ended.
bool ChildProcess::look() {
  if (status_) return true;
  const auto end = end_of(pid_, keeps_number_);
  if (!end) return false;
  status_ = end->status;
  cpu_time_ = end->cpu_time;
  number_is_free_ = !keeps_number_ || end->status == kUnknown;
  return true;
}

void ChildProcess::watch() {
  if (!pidfd_) return watch_from_a_thread();
  interest_.emplace(*this, pidfd_.get());
  DescriptorSet::current().add(*interest_);
}

void ChildProcess::watch_from_a_thread() {
  auto wait = [pid = pid_, mailbox = detail::Scheduler::current().mailbox(),
               weak = weak_from_this()]() mutable {
    siginfo_t info;
    while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    mailbox->post([weak = std::move(weak)] {
      if (const auto child = weak.lock()) child->ended();
    });
  };
  if (!start_background_thread("gnet-process", kThreadStack, std::move(wait))) {
    throw_errno(EAGAIN, "cannot start a thread");
  }
}

void ChildProcess::ended() {
  const auto self = shared_from_this();
  if (!look()) return;  // reported too early
  alive_.reset();
  ended_.set();
  if (Left* left = Left::current()) left->children.erase(self);
}

std::optional<int> ChildProcess::poll() {
  if (!status_ && look()) {
    if (interest_) DescriptorSet::remove(*interest_);
    ended();
  }
  return status_;
}

bool ChildProcess::wait(Deadline deadline) {
  detail::Scheduler& hub = detail::Scheduler::current();
  hub.checkpoint();
  if (poll()) return true;
  const detail::Scheduler::KeepAlive alive(hub);
  return ended_.wait(deadline) || poll().has_value();
}

void ChildProcess::add_waiter(Waiter& waiter) {
  if (!alive_) alive_.emplace(detail::Scheduler::current());
  ended_.add_waiter(waiter);
}

void ChildProcess::send_signal(int signal) {
  if (poll()) return;
  const long result = pidfd_ ? syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0)
                             : ::kill(pid_, signal);
  if (result != 0 && errno != ESRCH) throw_errno("cannot signal process " + std::to_string(pid_));
}

void ChildProcess::signal_group(int signal) {
  if (!keeps_number_) throw Misuse("a process that does not lead a group of its own");
  if (number_is_free_ || ::kill(-pid_, signal) == 0 || errno == ESRCH) return;
  // Only others' processes are left, of a program that has become another user.
  if (errno != EPERM) throw_errno("cannot signal process group " + std::to_string(pid_));
}

void ChildProcess::leave(std::shared_ptr<ChildProcess> child) noexcept {
  if (!child || detail::Scheduler::current_if_any() == nullptr || child->poll()) return;
  child->alive_.reset();
  if (Left* left = Left::current()) left->children.insert(std::move(child));
}

void use_pidfd(bool use) noexcept {
  pidfd_allowed = use;
}

std::size_t forgotten_children() {
  Forgotten::instance().look();
  return Forgotten::instance().size();
}

}  // namespace gnet::detail
