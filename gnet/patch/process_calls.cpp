// Children, and names of hosts.

#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "gnet/base/background_thread.h"
#include "gnet/base/unique_fd.h"
#include "gnet/patch/original.h"
#include "gnet/patch/quiet_wait.h"

namespace gnet::patch {
namespace {

constexpr std::size_t kThreadStack = 512 * 1024;  // name service modules are not modest

// Calls `function`, which must not throw, on a thread of its own and suspends until it has
// returned. False with errno: there is no thread, or the fiber is interrupted; the function owns
// what it uses and runs to its end.
template <typename F>
bool call_on_a_thread(const char* name, F function) {
  // Of both, so that neither writes to what the other has closed.
  const auto done = std::make_shared<const UniqueFd>(eventfd(0, EFD_CLOEXEC));
  if (!*done) return false;
  const bool started =
      detail::start_background_thread(name, kThreadStack, [done, function]() mutable {
        function();
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = original().write(done->get(), &one, sizeof one);
      });
  errno = EAGAIN;
  if (!started) return false;
  pollfd asked{done->get(), POLLIN, 0};
  if (wait_quietly({&asked, 1}, Deadline::never()) != Outcome::ready) {
    errno = ECANCELED;
    return false;
  }
  std::uint64_t count = 0;
  return original().read(done->get(), &count, sizeof count) > 0;
}

// ---- getaddrinfo ----

// A question with its answer, of the fiber that asks and the thread that looks it up.
struct Lookup {
  std::string node;
  std::optional<std::string> service;
  std::optional<addrinfo> hints;
  int result = EAI_SYSTEM;
  int error = 0;
  addrinfo* found = nullptr;

  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (found != nullptr) freeaddrinfo(found);
  }
  void run() noexcept {
    result = original().getaddrinfo(node.c_str(), service ? service->c_str() : nullptr,
                                    hints ? &*hints : nullptr, &found);
    error = errno;
    if (result != 0) found = nullptr;
  }
};

bool is_numeric(const char* node) noexcept {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, node, address) == 1 || inet_pton(AF_INET6, node, address) == 1;
}

int look_up(const char* node, const char* service, const addrinfo* hints, addrinfo** found) try {
  const auto lookup = std::make_shared<Lookup>();
  lookup->node = node;
  if (service != nullptr) lookup->service = service;
  if (hints != nullptr) lookup->hints = *hints;
  if (!call_on_a_thread("gnet-lookup", [lookup]() noexcept { lookup->run(); })) {
    return errno == EAGAIN ? EAI_AGAIN : EAI_SYSTEM;
  }
  *found = std::exchange(lookup->found, nullptr);
  errno = lookup->error;
  return lookup->result;
} catch (const std::bad_alloc&) {
  return EAI_MEMORY;
}

// ---- waitpid ----

// Suspends until a look at the child, or at one of several, is worth it.
bool wait_for_child(pid_t pid, int options) {
  if (pid > 0 && (options & ~__WALL) == 0) {
    const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (process) {
      pollfd asked{process.get(), POLLIN, 0};
      if (wait_quietly({&asked, 1}, Deadline::never()) == Outcome::ready) return true;
      errno = ECANCELED;
      return false;
    }
  }
  return call_on_a_thread("gnet-waitpid", [pid, options]() noexcept {
    const idtype_t type = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID;
    const id_t id = static_cast<id_t>(pid > 0 ? pid : pid == 0 ? getpgrp() : pid == -1 ? 0 : -pid);
    const int kinds =
        WEXITED | (options & WCONTINUED) | ((options & WUNTRACED) != 0 ? WSTOPPED : 0);
    siginfo_t info;
    while (waitid(type, id, &info, kinds | WNOWAIT | (options & __WALL)) != 0 && errno == EINTR) {
    }
  });
}

pid_t wait_until_ended(pid_t pid, int* status, int options) noexcept try {
  for (;;) {
    const pid_t ended = original().waitpid(pid, status, options | WNOHANG);
    if (ended != 0) return ended;
    if (!wait_for_child(pid, options)) return -1;
  }
} catch (const std::bad_alloc&) {
  errno = ENOMEM;
  return -1;
}

}  // namespace

void link_process_calls() noexcept {}

}  // namespace gnet::patch

using gnet::patch::is_child;
using gnet::patch::original;
using gnet::patch::suspending_hub;

extern "C" {

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  const bool at_once = node == nullptr || gnet::patch::is_numeric(node) ||
                       (hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0);
  if (at_once || suspending_hub() == nullptr || is_child()) {
    return original().getaddrinfo(node, service, hints, found);
  }
  return gnet::patch::look_up(node, service, hints, found);
}

pid_t waitpid(pid_t pid, int* status, int options) {
  if ((options & WNOHANG) != 0 || suspending_hub() == nullptr || is_child()) {
    return original().waitpid(pid, status, options);
  }
  return gnet::patch::wait_until_ended(pid, status, options);
}

}  // extern "C"
