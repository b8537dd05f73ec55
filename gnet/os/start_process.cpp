#include "gnet/os/start_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/sanitizer.h"
#include "gnet/base/signals_blocked.h"
#include "gnet/base/unpatched.h"

#if defined(GNET_TSAN)
// ThreadSanitizer's clone() takes the child for one with memory of its own, and has both put its
// books in order. By this name it is libc's.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);
#define GNET_CLONE __clone
#else
#define GNET_CLONE clone
#endif

namespace gnet::detail {
namespace {

constexpr std::size_t kStack = 64 * 1024;  // of the child, until it is the program

enum class Step { none, session, group, limit, user, directory, descriptors, terminal, program };

// Everything that the child needs, prepared: it must not allocate.
struct Plan {
  const ProcessStart* start;
  std::vector<std::string> programs;  // to try, one after the other
  std::vector<char*> arguments;
  std::vector<char*> environment;
  char** environment_used;
  // What the child tells: the memory is shared.
  volatile Step failed = Step::none;
  volatile int error = 0;
  volatile std::size_t limit = 0;  // which of them
};

// Sanitizers would keep books about calls of which this process sees only half; so the child's
// part is not instrumented, and calls the kernel without libc's wrappers.
#define GNET_IN_CHILD \
  __attribute__((noinline, no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))

GNET_IN_CHILD long fail(Plan& plan, Step step) {
  plan.failed = step;
  plan.error = errno;
  for (;;) syscall(SYS_exit_group, 127);
}

// The signals are all blocked. The handlers are of this process, and must not run in the child:
// they go before the mask does. SIGHUP, SIGINT and SIGQUIT stay ignored, for nohup and the shell's
// background jobs.
GNET_IN_CHILD void reset_signals() {
  // As the kernel has it: handler, flags, restorer, mask, by which zeros are the default action.
  struct KernelAction {
    std::uintptr_t words[8];
  };
  for (int signal = 1; signal < 65; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    KernelAction action{};
    syscall(SYS_rt_sigaction, signal, nullptr, &action, 8);
    if (action.words[0] == reinterpret_cast<std::uintptr_t>(SIG_DFL)) continue;
    const bool ignored = action.words[0] == reinterpret_cast<std::uintptr_t>(SIG_IGN);
    if (ignored && (signal == SIGHUP || signal == SIGINT || signal == SIGQUIT)) continue;
    action = KernelAction{};
    syscall(SYS_rt_sigaction, signal, &action, nullptr, 8);
  }
  std::uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, 8);
}

GNET_IN_CHILD void close_from_to(unsigned first, unsigned last) {
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= last && fd < 65536; ++fd) syscall(SYS_close, fd);  // Linux < 5.9
}

GNET_IN_CHILD void set_descriptors(Plan& plan) {
  const ProcessStart& start = *plan.start;
  const int* standard = &start.standard[0];
  for (int fd = 0; fd < 3; ++fd) {
    const int source = standard[fd] == -2 ? 1 : standard[fd];
    if (source >= 0 && syscall(SYS_dup3, source, fd, 0) < 0) fail(plan, Step::descriptors);
  }
  unsigned first = 3;
  const int* kept = start.kept.data();
  for (std::size_t i = 0, count = start.kept.size(); i < count; ++i) {
    const auto fd = static_cast<unsigned>(kept[i]);
    close_from_to(first, fd - 1);
    if (syscall(SYS_fcntl, fd, F_SETFD, 0) < 0) fail(plan, Step::descriptors);
    first = fd + 1;
  }
  close_from_to(first, ~0U);
}

// Where the limits allow less than it has, that is so for its user's other processes too.
GNET_IN_CHILD void set_limits(Plan& plan) {
  struct KernelLimit {
    std::uint64_t soft;
    std::uint64_t hard;
  };
  const ResourceLimit* limits = plan.start->limits.data();
  for (std::size_t i = 0, count = plan.start->limits.size(); i < count; ++i) {
    const KernelLimit limit{limits[i].most, limits[i].most};
    plan.limit = i;
    if (syscall(SYS_prlimit64, 0, limits[i].resource, &limit, nullptr) < 0) fail(plan, Step::limit);
  }
}

// The kernel's calls are for this thread alone, and the child is one.
GNET_IN_CHILD void become(Plan& plan, const ProcessUser& user) {
  if (syscall(SYS_setgroups, user.groups.size(), user.groups.data()) < 0 ||
      syscall(SYS_setgid, user.group) < 0 || syscall(SYS_setuid, user.user) < 0) {
    fail(plan, Step::user);
  }
}

// As execvp() goes through the path: a program that may not be run is remembered, one that is not
// there is not.
GNET_IN_CHILD void execute(Plan& plan) {
  int error = ENOENT;
  for (std::size_t i = 0, count = plan.programs.size(); i < count; ++i) {
    syscall(SYS_execve, plan.programs[i].c_str(), plan.arguments.data(), plan.environment_used);
    if (errno == EACCES) error = EACCES;
    if (errno == EACCES || errno == ENOENT || errno == ENOTDIR) continue;
    error = errno;
    break;
  }
  errno = error;
}

GNET_IN_CHILD int child_main(void* argument) {
  Plan& plan = *static_cast<Plan*>(argument);
  const ProcessStart& start = *plan.start;
  if (start.new_session && syscall(SYS_setsid) < 0) fail(plan, Step::session);
  if (start.process_group.has_value() && syscall(SYS_setpgid, 0, *start.process_group) < 0) {
    fail(plan, Step::group);
  }
  // Before it is somebody else, who might not be allowed to.
  set_limits(plan);
  if (start.user.has_value()) become(plan, *start.user);
  if (!start.directory.empty() && syscall(SYS_chdir, start.directory.c_str()) < 0) {
    fail(plan, Step::directory);
  }
  set_descriptors(plan);
  if (start.terminal && syscall(SYS_ioctl, 0, TIOCSCTTY, 0) < 0) fail(plan, Step::terminal);
  reset_signals();
  execute(plan);
  fail(plan, Step::program);
  return 0;
}

// The value of PATH for the program's environment.
std::string_view path_of(const ProcessStart& start) {
  constexpr std::string_view kName = "PATH=";
  if (!start.environment) {
    const char* path = std::getenv("PATH");
    return path != nullptr ? std::string_view(path) : kDefaultPath;
  }
  for (const std::string& variable : *start.environment) {
    if (std::string_view(variable).starts_with(kName)) {
      return std::string_view(variable).substr(kName.size());
    }
  }
  return kDefaultPath;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void throw_failure(const ProcessStart& start, const Plan& plan) {
  const std::string program = "cannot run '" + start.program + "'";
  const int error = plan.error;
  switch (plan.failed) {
    case Step::session:
      throw_errno(error, program + " in a new session");
    case Step::group:
      throw_errno(error, program + " in its process group");
    case Step::limit:
      throw_errno(error, program + " with the limit " + to_string(start.limits[plan.limit]));
    case Step::user:
      throw_errno(error, program + " as another user");
    case Step::terminal:
      throw_errno(error, program + " on a terminal");
    case Step::directory:
      throw_errno(error, program + " in directory '" + start.directory + "'");
    case Step::descriptors:
      throw_errno(error, program + " with these descriptors");
    default:
      throw_errno(error, program);
  }
}

void check(const ProcessStart& start) {
  const std::string context = "cannot run '" + start.program + "'";
  refuse_nul(start.program, context, "its name");
  for (std::size_t i = 0; i < start.arguments.size(); ++i) {
    refuse_nul(start.arguments[i], context, "argument " + std::to_string(i));
  }
  refuse_nul(start.directory, context, "its directory");
  if (!start.environment) return;
  for (const std::string& variable : *start.environment) {
    const std::string_view name = std::string_view(variable).substr(0, variable.find('='));
    refuse_nul(variable, context, "environment variable '" + std::string(name) + "'");
  }
}

}  // namespace

std::vector<std::string> program_candidates(const std::string& name, std::string_view path) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> programs;
  for (;;) {
    const std::size_t end = path.find(':');
    const std::string_view directory = path.substr(0, end);
    programs.push_back(directory.empty() ? name : std::string(directory) + "/" + name);
    if (end == std::string_view::npos) return programs;
    path.remove_prefix(end + 1);
  }
}

pid_t start_process(const ProcessStart& start) {
  check(start);
  Plan plan{.start = &start,
            .programs = program_candidates(start.program, path_of(start)),
            .arguments = pointers_to(start.arguments),
            .environment = {},
            .environment_used = environ};
  if (start.environment) {
    plan.environment = pointers_to(*start.environment);
    plan.environment_used = plan.environment.data();
  }
  const std::unique_ptr<char[]> stack(new char[kStack]);
  const auto top = reinterpret_cast<std::uintptr_t>(stack.get() + kStack) & ~std::uintptr_t{15};
  pid_t pid = -1;
  int error = 0;
  {
    const auto blocked = SignalsBlocked::and_faults();
    pid = GNET_CLONE(&child_main, reinterpret_cast<void*>(top), CLONE_VM | CLONE_VFORK | SIGCHLD,
                     &plan);
    error = errno;
  }
  if (pid < 0) throw_errno(error, "cannot run '" + start.program + "'");
  if (plan.failed != Step::none) {
    const Unpatched unpatched;  // it has ended already
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    throw_failure(start, plan);
  }
  return pid;
}

}  // namespace gnet::detail
