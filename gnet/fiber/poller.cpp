#include "gnet/fiber/poller.h"

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "gnet/fiber/scheduler.h"

namespace gnet {
namespace {

constexpr std::uint32_t kEverything = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

int wait_events(int epoll, epoll_event* events, int capacity, Duration timeout) noexcept {
  if (timeout <= Duration::zero()) return detail::wait_epoll(epoll, events, capacity, 0);
#if !defined(GNET_TSAN)  // which holds signals back in calls that it does not know
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const timespec limit{static_cast<time_t>(seconds.count()),
                       static_cast<long>((timeout - seconds).count())};
  const int count = epoll_pwait2(epoll, events, capacity, &limit, nullptr);
  if (count >= 0 || errno != ENOSYS) return count;
#endif
  // Before Linux 5.11: milliseconds, rounded up so as not to spin.
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return epoll_wait(epoll, events, capacity,
                    static_cast<int>(milliseconds < INT32_MAX ? milliseconds : INT32_MAX));
}

}  // namespace

std::uint64_t Poller::event_key(const void* address, std::uint16_t generation) noexcept {
  return reinterpret_cast<std::uintptr_t>(address) |
         (static_cast<std::uint64_t>(generation) << kGenerationShift);
}

// Never the mark.
std::uint16_t Poller::next_generation(std::uint16_t generation) noexcept {
  return static_cast<std::uint16_t>((generation + 1) % kWatchMark);
}

Poller::Poller() {
  open();
}

void Poller::open() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "cannot create epoll set");
}

PollSlot& Poller::add(int fd) {
  while (chunks_.size() <= static_cast<std::size_t>(fd) / kChunk) {
    chunks_.push_back(std::make_unique<Chunk>());
  }
  PollSlot& added = *slot(fd);
  const std::uint16_t generation = next_generation(added.generation);
  epoll_event event{kEverything, {.u64 = event_key(&added, generation)}};
  if (epoll_ctl(native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch descriptor");
  }
  // Nothing is harvested before this returns. Who waited for the descriptor that had this number
  // before may not have run yet: it finds the generation changed, and leaves the slot alone.
  added = PollSlot{};
  added.generation = generation;
  added.registered = true;
  return added;
}

void Poller::remove(int fd) noexcept {
  PollSlot& removed = *slot(fd);
  // First: by it those who are woken know.
  removed.generation = next_generation(removed.generation);
  removed.registered = false;
  removed.end_hook = nullptr;
  detail::Scheduler& hub = *detail::Scheduler::current_if_any();
  if (removed.reader != nullptr) hub.make_ready(*removed.reader);
  if (removed.writer != nullptr) hub.make_ready(*removed.writer);
}

void Poller::forget(int fd) noexcept {
  slot(fd)->generation = next_generation(slot(fd)->generation);
  slot(fd)->registered = false;
  slot(fd)->end_hook = nullptr;
  // No close() will do it; and whose it is now may want to add it again.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Poller::watch(int fd, void (*callback)(void*) noexcept, void* context, Renew renew) {
  static_cast<void>(native_handle());
  watches_.reserve(watches_.size() + 1);  // what is registered is kept
  auto added = std::make_unique<Watch>(Watch{{}, fd, callback, context, renew});
  register_watch(*added);
  watches_.push_back(std::move(added));
}

void Poller::register_watch(Watch& watch) {
  epoll_event event{EPOLLIN, {.u64 = event_key(&watch, kWatchMark)}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watch.fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch descriptor");
  }
}

// ---- the child of a fork() ----

void Poller::begin_in_child() noexcept {
  waiters = 0;
  for (const auto& chunk : chunks_) {
    for (PollSlot& one : *chunk) {
      one.reader = one.writer = nullptr;
      one.end_hook = nullptr;
    }
  }
  for (const auto& watch : watches_) watch->fd = watch->renew(watch->context);
}

int Poller::native_handle() {
  if (epoll_) [[likely]]
    return epoll_.get();
  open();
  try {
    for (const auto& watch : watches_) {
      if (watch->fd >= 0) register_watch(*watch);
    }
  } catch (...) {
    epoll_.reset();  // all of them, or none
    throw;
  }
  // What was ready before is told again.
  for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    for (std::size_t i = 0; i < kChunk; ++i) {
      PollSlot& one = (*chunks_[chunk])[i];
      if (!one.registered) continue;
      epoll_event event{kEverything, {.u64 = event_key(&one, one.generation)}};
      epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, static_cast<int>(chunk * kChunk + i), &event);
    }
  }
  return epoll_.get();
}

void Poller::handle_watch(std::uint64_t key) noexcept {
  if (static_cast<std::uint16_t>(key >> kGenerationShift) != kWatchMark) return;  // closed since
  const auto& watch = *reinterpret_cast<const Watch*>(key & kAddressMask);
  watch.callback(watch.context);
}

int Poller::wait(Duration timeout) {
  return wait_events(epoll_.get(), events_.data(), kBatch, timeout);
}

void Poller::wait_failed() {
  const int error = errno;
  if (!epoll_) {
    static_cast<void>(native_handle());  // in the child of a fork(), for the first time
  } else if (error != EINTR) {
    throw std::system_error(error, std::generic_category(), "epoll_wait");
  }
}

}  // namespace gnet
