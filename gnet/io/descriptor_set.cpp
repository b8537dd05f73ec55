#include "gnet/io/descriptor_set.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <memory>

#include "gnet/base/error.h"

namespace gnet::detail {
namespace {

static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLPRI == POLLPRI &&
              EPOLLERR == POLLERR && EPOLLHUP == POLLHUP);

constexpr std::uint32_t kBroken = EPOLLERR | EPOLLHUP;

}  // namespace

// Of a thread. It is made after the thread's hub, so that it goes before it.
struct DescriptorSet::Owner {
  std::unique_ptr<DescriptorSet> set;
  bool gone = false;
  ~Owner() {
    set.reset();
    gone = true;
  }
};

DescriptorSet::Owner& DescriptorSet::owner() noexcept {
  thread_local Owner owner;
  return owner;
}

DescriptorSet& DescriptorSet::current() {
  detail::Scheduler& hub = detail::Scheduler::current();
  Owner& of_thread = owner();
  if (of_thread.gone) throw Misuse("this thread's hub has ended: too late to wait for descriptors");
  if (!of_thread.set) of_thread.set = std::make_unique<DescriptorSet>(hub);
  return *of_thread.set;
}

DescriptorSet::DescriptorSet(detail::Scheduler& hub) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw_errno("cannot create epoll set");
  hub.poller().watch(
      epoll_.get(), [](void* self) noexcept { static_cast<DescriptorSet*>(self)->look(); }, this,
      [](void* self) noexcept { return static_cast<DescriptorSet*>(self)->begin_in_child(); });
}

// Of a fork(), whose parent has the epoll set, and those who wait.
int DescriptorSet::begin_in_child() noexcept {
  entries_.clear();
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  return epoll_.get();
}

bool DescriptorSet::add(DescriptorInterest& interest) {
  Entry& entry = entries_[interest.fd];
  if (entry.interests.empty()) entry.generation = ++generation_;
  entry.interests.push_back(interest);
  const int error = update(interest.fd, entry);
  if (error == 0) return true;
  interest.unlink();
  if (entry.interests.empty()) entries_.erase(interest.fd);
  if (error == EPERM) return false;
  throw_errno(error, "cannot wait for descriptor " + std::to_string(interest.fd));
}

void DescriptorSet::remove(DescriptorInterest& interest) noexcept {
  if (!interest.is_linked()) return;  // woken, or the set is gone
  DescriptorSet& self = *owner().set;
  interest.unlink();
  const auto found = self.entries_.find(interest.fd);
  if (found != self.entries_.end()) self.update(found->first, found->second);
}

void DescriptorSet::wake_all(int fd) noexcept {
  if (detail::Scheduler::current_if_any() == nullptr) return;
  if (const auto& set = owner().set) set->wake(fd);
}

void DescriptorSet::wake(int fd) noexcept {
  for (auto found = entries_.find(fd); found != entries_.end(); found = entries_.find(fd)) {
    found->second.interests.for_each([](DescriptorInterest& interest) { interest.closed = true; });
    handle(fd, found->second, kBroken);
  }
}

// Has the kernel watch for what the entry's interests want, or nothing any more. Returns errno.
int DescriptorSet::update(int fd, Entry& entry) noexcept {
  if (entry.interests.empty()) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    entries_.erase(fd);
    return 0;
  }
  epoll_event event{EPOLLONESHOT, {}};
  entry.interests.for_each([&event](const DescriptorInterest& interest) {
    event.events |= static_cast<std::uint32_t>(interest.events);
  });
  event.data.u64 =
      static_cast<std::uint64_t>(entry.generation) << 32 | static_cast<std::uint32_t>(fd);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  if (errno != ENOENT) return errno;
  // New; or the descriptor was closed and opened again under those who wait.
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void DescriptorSet::look() noexcept {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const int fd = static_cast<int>(event.data.u64 & UINT32_MAX);
    const auto found = entries_.find(fd);
    if (found == entries_.end() || found->second.generation != event.data.u64 >> 32) {
      // Of an earlier wait on a descriptor that was closed meanwhile, while a copy of it lives.
      // The kernel cannot be told to stop, but has reported it for the last time.
      continue;
    }
    handle(fd, found->second, event.events);
  }
}

void DescriptorSet::handle(int fd, Entry& entry, std::uint32_t events) noexcept {
  std::array<DescriptorInterest*, 16> woken;
  std::size_t count = 0;
  entry.interests.for_each([&](DescriptorInterest& interest) {
    const auto wanted = static_cast<std::uint32_t>(interest.events) | kBroken;
    if ((events & wanted) == 0 || count == woken.size()) return;  // the rest in the next turn
    interest.unlink();
    woken[count++] = &interest;
  });
  const bool closed = update(fd, entry) != 0;
  for (std::size_t i = 0; i < count; ++i) woken[i]->wake(*woken[i]);
  if (closed) wake(fd);  // the rest would never hear of it
}

}  // namespace gnet::detail
