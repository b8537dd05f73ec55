#include "gnet/patch/quiet_wait.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>

#include "gnet/base/unpatched.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/io/descriptor_wait.h"
#include "gnet/patch/original.h"

namespace gnet::patch {
namespace {

constexpr detail::WaitKind kCall{"a call of libc"};

constexpr int kBurst = 64;                                 // calls between two turns
constexpr Duration kPause = std::chrono::milliseconds(1);  // of calls that go on all the same
constexpr Duration kLongestPoll = std::chrono::milliseconds(1 << 30);

std::atomic<pid_t> process{0};
constinit thread_local detail::Scheduler* inherited = nullptr;  // in the child of a fork()
constinit thread_local int burst = 0;

[[gnu::constructor]] void know_process() {
  process = getpid();
  pthread_atfork(nullptr, nullptr, [] {
    process = getpid();
    inherited = detail::Scheduler::current_if_any();
  });
}

struct KeptErrno {
  KeptErrno() noexcept = default;
  KeptErrno(const KeptErrno&) = delete;
  KeptErrno& operator=(const KeptErrno&) = delete;
  ~KeptErrno() { errno = value; }
  const int value = errno;
};

// Whether the next suspension point of gnet would throw.
bool is_interrupted(detail::FiberControl& fiber) noexcept {
  if (!fiber.attention) return false;
  detail::Scheduler::update_attention(fiber);
  return fiber.attention && fiber.interrupts_disabled == 0 && std::uncaught_exceptions() == 0;
}

Outcome wait_for_any(detail::Scheduler& hub, detail::DescriptorWait& wait, Deadline deadline) {
  detail::FiberControl& fiber = hub.running();
  // An interrupt wakes the fiber, but whoever has been signalled is not thrown at.
  detail::Waiter quiet(&fiber);
  quiet.signalled = true;
  while (!wait.woken()) {
    if (is_interrupted(fiber)) return Outcome::interrupted;
    if (!hub.park(quiet, kCall, &wait, deadline) && !wait.woken()) return Outcome::late;
  }
  return Outcome::ready;
}

int look(std::span<pollfd> descriptors) noexcept {
  return original().poll(descriptors.data(), descriptors.size(), 0);
}

// The thread waits.
Outcome block(std::span<pollfd> descriptors, Deadline deadline) noexcept {
  for (;;) {
    Duration left = kLongestPoll;
    if (!deadline.is_never()) {
      left = std::clamp(deadline.when() - Clock::now(), Duration::zero(), kLongestPoll);
    }
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int count = original().poll(descriptors.data(), descriptors.size(),
                                      deadline.is_never() ? -1 : static_cast<int>(milliseconds));
    if (count > 0 || (count < 0 && errno != EINTR)) return Outcome::ready;
    if (deadline.passed()) return Outcome::late;
  }
}

}  // namespace

detail::Scheduler* suspending_hub() noexcept {
  detail::Scheduler* const hub = detail::Scheduler::current_if_any();
  if (hub == nullptr || hub->running_if_any() == nullptr || detail::Unpatched::here() ||
      hub == inherited) {
    return nullptr;
  }
  return hub;
}

bool is_child() noexcept {
  return getpid() != process ||
         (inherited != nullptr && detail::Scheduler::current_if_any() == inherited);
}

Outcome wait_quietly(std::span<pollfd> descriptors, Deadline deadline) noexcept {
  const KeptErrno kept;
  detail::Scheduler* const hub = suspending_hub();
  if (hub == nullptr || is_child()) return block(descriptors, deadline);
  burst = 0;
  if (is_interrupted(hub->running())) {
    // C that tries again and again must not keep the thread to itself.
    const Uninterruptible uninterruptible;
    hub->park(kCall, nullptr, kPause);
    return Outcome::interrupted;
  }
  try {
    for (;;) {
      detail::DescriptorWait wait(*hub, descriptors);
      const Outcome outcome = wait_for_any(*hub, wait, deadline);
      if (outcome != Outcome::ready || wait.tells_closed() || look(descriptors) > 0) {
        return outcome;
      }
    }
  } catch (...) {
    // One is not open, which poll() tells at once; the hub is about to end; there is no memory.
    return block(descriptors, deadline);
  }
}

void yield_quietly() noexcept {
  const KeptErrno kept;
  burst = 0;
  detail::Scheduler* const hub = suspending_hub();
  if (hub == nullptr || is_child()) return;
  const Uninterruptible uninterruptible;
  hub->yield();
}

void take_turn() noexcept {
  if (++burst >= kBurst) yield_quietly();
}

void take_turn(int fd) noexcept {
  if (++burst < kBurst) return;
  const KeptErrno kept;
  burst = 0;
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0) yield_quietly();
}

void closing_quietly(int fd) noexcept {
  if (detail::Scheduler::current_if_any() == nullptr) return;
  const KeptErrno kept;
  if (!is_child()) detail::DescriptorSet::wake_all(fd);
}

}  // namespace gnet::patch
