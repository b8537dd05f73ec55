#include "gnet/os/child_process.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
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

// The status of a child that has ended, which frees its number; nothing while it runs.
std::optional<int> reap(pid_t pid) noexcept {
  int status = 0;
  pid_t result = 0;
  do {
    result = waitpid(pid, &status, WNOHANG);
  } while (result < 0 && errno == EINTR);
  if (result == 0) return std::nullopt;
  if (result < 0) return kUnknown;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
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
    std::erase_if(pids_, [](pid_t pid) { return reap(pid).has_value(); });
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

std::shared_ptr<ChildProcess> ChildProcess::adopt(pid_t pid) {
  std::shared_ptr<ChildProcess> child;
  try {
    child = std::make_shared<ChildProcess>(pid);
    child->watch();
    return child;
  } catch (...) {
    ::kill(pid, SIGKILL);
    const Unpatched unpatched;  // it does not take long
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (child) child->status_ = -SIGKILL;
    throw;
  }
}

ChildProcess::ChildProcess(pid_t pid) : pid_(pid), pidfd_(open_pidfd(pid)) {}

ChildProcess::~ChildProcess() {
  if (interest_) DescriptorSet::remove(*interest_);
  if (!status_ && !reap(pid_)) Forgotten::instance().add(pid_);
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
  if (!status_) status_ = reap(pid_);
  if (!status_) return;  // reported too early
  alive_.reset();
  ended_.set();
  if (Left* left = Left::current()) left->children.erase(self);
}

std::optional<int> ChildProcess::poll() {
  if (!status_ && (status_ = reap(pid_))) {
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
