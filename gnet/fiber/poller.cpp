#include "gnet/fiber/poller.h"

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>

#include "gnet/fiber/hub.h"

namespace gnet {
namespace {

constexpr std::uint32_t kEverything = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

// A descriptor in the low half of the event's data, its generation in the high.
std::uint64_t event_key(int fd, std::uint32_t generation) noexcept {
  return (static_cast<std::uint64_t>(generation) << 32) | static_cast<std::uint32_t>(fd);
}

int wait_events(int epoll, epoll_event* events, int capacity, Duration timeout) noexcept {
  if (timeout <= Duration::zero()) {
    return epoll_wait(epoll, events, capacity, timeout < Duration::zero() ? -1 : 0);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const timespec limit{static_cast<time_t>(seconds.count()),
                       static_cast<long>((timeout - seconds).count())};
  const int count = epoll_pwait2(epoll, events, capacity, &limit, nullptr);
  if (count >= 0 || errno != ENOSYS) return count;
  // Before Linux 5.11: milliseconds, rounded up so as not to spin.
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return epoll_wait(epoll, events, capacity,
                    static_cast<int>(milliseconds < INT32_MAX ? milliseconds : INT32_MAX));
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "cannot create epoll set");
}

PollSlot& Poller::add(int fd) {
  while (chunks_.size() <= static_cast<std::size_t>(fd) / kChunk) {
    chunks_.push_back(std::make_unique<Chunk>());
  }
  PollSlot& added = *slot(fd);
  const std::uint32_t generation = (added.generation + 1) & ~kWatchBit;
  epoll_event event{kEverything, {.u64 = event_key(fd, generation)}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch descriptor");
  }
  added = PollSlot{};
  added.generation = generation;
  added.open = true;
  return added;
}

void Poller::remove(int fd) noexcept {
  PollSlot& removed = *slot(fd);
  removed.open = false;
  Hub& hub = *Hub::current_if_any();
  if (removed.reader != nullptr) hub.make_ready(*removed.reader);
  if (removed.writer != nullptr) hub.make_ready(*removed.writer);
}

void Poller::forget(int fd) noexcept {
  slot(fd)->open = false;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Poller::watch(int fd, void (*callback)(void*) noexcept, void* context) {
  const auto index = static_cast<std::uint32_t>(watches_.size());
  epoll_event event{EPOLLIN, {.u64 = (static_cast<std::uint64_t>(kWatchBit) << 32) | index}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch descriptor");
  }
  watches_.push_back(Watch{fd, callback, context});
}

int Poller::poll(Hub& hub, Duration timeout) {
  const int count = wait_events(epoll_.get(), events_.data(), kBatch, timeout);
  if (count < 0) {
    if (errno == EINTR) return 0;
    throw std::system_error(errno, std::generic_category(), "epoll_wait");
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    if ((generation & kWatchBit) != 0) {
      const Watch& watch = watches_[static_cast<std::uint32_t>(event.data.u64)];
      watch.callback(watch.context);
      continue;
    }
    PollSlot& target = *slot(static_cast<int>(event.data.u64));
    if (target.generation != generation || !target.open) continue;
    const std::uint32_t what = event.events;
    if ((what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      target.readable = true;
      if ((what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) target.read_closed = true;
      if (target.reader != nullptr) hub.make_ready(*target.reader);
    }
    if ((what & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
      target.writable = true;
      if (target.writer != nullptr) hub.make_ready(*target.writer);
    }
  }
  return count;
}

}  // namespace gnet
