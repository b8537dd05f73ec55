// Waiting for several descriptors.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <vector>

#include "gnet/patch/original.h"
#include "gnet/patch/quiet_wait.h"
#include "gnet/patch/times.h"

namespace gnet::patch {
namespace {

constexpr auto kPause = std::chrono::milliseconds(1);

int poll_until(pollfd* descriptors, nfds_t count, Deadline deadline) noexcept {
  int ready;
  do {
    ready = original().poll(descriptors, count, 0);
  } while (ready < 0 && errno == EINTR);
  if (ready != 0) {
    take_turn();
    return ready;
  }
  switch (wait_quietly({descriptors, count}, deadline)) {
    case Outcome::late:
      return 0;
    case Outcome::interrupted:
      errno = ECANCELED;
      return -1;
    case Outcome::ready:
      break;
  }
  for (const pollfd& descriptor : std::span(descriptors, count)) {
    ready += descriptor.revents != 0 ? 1 : 0;
  }
  return ready;
}

// ---- select ----

struct Sets {
  fd_set sets[3];
  fd_set* callers[3];
  int count;

  // What the caller wants to know; null pointers stay null.
  Sets(int descriptors, fd_set* read, fd_set* write, fd_set* except) noexcept
      : sets(), callers{read, write, except}, count(descriptors) {
    for (int i = 0; i < 3; ++i) {
      if (callers[i] != nullptr) std::memcpy(&sets[i], callers[i], size());
    }
  }

  // Asks without waiting, and tells the caller if there is something to tell.
  int look() noexcept {
    fd_set found[3] = {sets[0], sets[1], sets[2]};
    timeval at_once{};
    int ready;
    do {
      ready = original().select(count, callers[0] ? &found[0] : nullptr,
                                callers[1] ? &found[1] : nullptr, callers[2] ? &found[2] : nullptr,
                                &at_once);
    } while (ready < 0 && errno == EINTR);
    if (ready > 0) give(found);
    return ready;
  }

  // Nothing is ready.
  void clear() noexcept {
    fd_set none[3];
    for (fd_set& set : none) FD_ZERO(&set);
    give(none);
  }

  [[nodiscard]] std::vector<pollfd> descriptors() const {
    constexpr short kEvents[3] = {POLLIN, POLLOUT, POLLPRI};
    std::vector<pollfd> all;
    for (int fd = 0; fd < count; ++fd) {
      pollfd descriptor{fd, 0, 0};
      for (int i = 0; i < 3; ++i) {
        if (callers[i] == nullptr || !FD_ISSET(fd, &sets[i])) continue;
        descriptor.events = static_cast<short>(descriptor.events | kEvents[i]);
      }
      if (descriptor.events != 0) all.push_back(descriptor);
    }
    return all;
  }

 private:
  void give(const fd_set* found) noexcept {
    for (int i = 0; i < 3; ++i) {
      if (callers[i] != nullptr) std::memcpy(callers[i], &found[i], size());
    }
  }

  // That of the caller's sets, in bytes: they may be shorter than an fd_set.
  [[nodiscard]] std::size_t size() const noexcept {
    const auto words = (static_cast<std::size_t>(count) + NFDBITS - 1) / NFDBITS;
    return words * sizeof(fd_mask);
  }
};

int select_until(Sets& sets, Deadline deadline) noexcept {
  int ready = sets.look();
  if (ready != 0) {
    take_turn();
    return ready;
  }
  try {
    for (std::vector<pollfd> all = sets.descriptors();;) {
      Outcome outcome = wait_quietly(all, deadline);
      if (outcome == Outcome::ready) {
        for (const pollfd& descriptor : all) {
          if ((descriptor.revents & POLLNVAL) == 0) continue;
          errno = EBADF;
          return -1;
        }
        ready = sets.look();
        if (ready != 0) return ready;
        // An end or an error: poll() tells of it whatever it is asked, select() may not.
        outcome = sleep_quietly(deadline.earlier(kPause));
        if (outcome == Outcome::late && !deadline.passed()) continue;
      }
      if (outcome == Outcome::interrupted) {
        errno = ECANCELED;
        return -1;
      }
      sets.clear();
      return 0;
    }
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return -1;
  }
}

// Whether libc answers at once: it looks only, or the time is none, which it tells.
template <typename Time>
bool never_waits(const Time* timeout) noexcept {
  return timeout != nullptr && (!is_valid(timeout) || duration(*timeout) == Duration::zero());
}

}  // namespace

void link_poll_calls() noexcept {}

}  // namespace gnet::patch

using gnet::Deadline;
using gnet::patch::original;
using gnet::patch::suspending_hub;

extern "C" {

int poll(pollfd* descriptors, nfds_t count, int timeout) {
  if (timeout == 0 || suspending_hub() == nullptr) {
    return original().poll(descriptors, count, timeout);
  }
  const Deadline deadline =
      timeout < 0 ? Deadline::never() : Deadline(std::chrono::milliseconds(timeout));
  return gnet::patch::poll_until(descriptors, count, deadline);
}

int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (gnet::patch::never_waits(timeout) || mask != nullptr || suspending_hub() == nullptr) {
    return original().ppoll(descriptors, count, timeout, mask);
  }
  Deadline deadline;
  if (timeout != nullptr) deadline = gnet::patch::duration(*timeout);
  return gnet::patch::poll_until(descriptors, count, deadline);
}

int select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
  if (gnet::patch::never_waits(timeout) || suspending_hub() == nullptr || count < 0 ||
      count > FD_SETSIZE) {
    return original().select(count, read, write, except, timeout);
  }
  Deadline deadline;
  if (timeout != nullptr) deadline = gnet::patch::duration(*timeout);
  gnet::patch::Sets sets(count, read, write, except);
  const int ready = gnet::patch::select_until(sets, deadline);
  if (timeout == nullptr) return ready;
  // Linux tells what is left.
  const auto left = std::max(deadline.when() - gnet::Clock::now(), gnet::Duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  timeout->tv_sec = seconds.count();
  timeout->tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(left - seconds).count();
  return ready;
}

int __poll_chk(pollfd* descriptors, nfds_t count, int timeout, size_t room) {
  return room / sizeof *descriptors < count
             ? original().__poll_chk(descriptors, count, timeout, room)
             : poll(descriptors, count, timeout);
}

int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t room) {
  return room / sizeof *descriptors < count
             ? original().__ppoll_chk(descriptors, count, timeout, mask, room)
             : ppoll(descriptors, count, timeout, mask);
}

}  // extern "C"
