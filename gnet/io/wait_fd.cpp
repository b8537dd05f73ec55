#include "gnet/io/wait_fd.h"

#include <cerrno>
#include <deque>

#include "gnet/base/error.h"
#include "gnet/io/descriptor_set.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kDescriptor{"a descriptor"};

// One wait of a fiber for any of several descriptors.
class Wait {
 public:
  explicit Wait(detail::Scheduler& hub) : hub_(hub), fiber_(hub.running()) {
    ++hub.poller().waiters;
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    for (Interest& interest : interests_) detail::DescriptorSet::remove(interest);
    --hub_.poller().waiters;
  }

  void add(const pollfd& descriptor) {
    interests_.emplace_back(*this, descriptor);
    // One that cannot be waited for is ready.
    if (!detail::DescriptorSet::current().add(interests_.back())) woken_ = true;
  }

  // False: the deadline passed.
  bool wait(Deadline deadline) {
    while (!woken_) {
      if (!hub_.park(kDescriptor, this, deadline) && !woken_) return false;
    }
    return true;
  }

 private:
  struct Interest : detail::DescriptorInterest {
    Interest(Wait& owner, const pollfd& descriptor) noexcept
        : DescriptorInterest(descriptor.fd, descriptor.events, wake_up), wait(owner) {}
    static void wake_up(DescriptorInterest& interest) noexcept {
      Wait& woken = static_cast<Interest&>(interest).wait;
      woken.woken_ = true;
      woken.hub_.make_ready(woken.fiber_);
    }
    Wait& wait;
  };

  detail::Scheduler& hub_;
  detail::FiberControl& fiber_;
  std::deque<Interest> interests_;
  bool woken_ = false;
};

// What is ready now.
std::size_t look(std::span<pollfd> descriptors) {
  for (;;) {
    const int count = ::poll(descriptors.data(), descriptors.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_errno("cannot wait for descriptors");
  }
}

bool wait_for(int fd, short event, Deadline deadline) {
  pollfd descriptor{fd, event, 0};
  if (fd < 0) throw_errno(EBADF, "cannot wait for a descriptor");
  if (poll({&descriptor, 1}, deadline) == 0) return false;
  if ((descriptor.revents & POLLNVAL) != 0) {
    throw_errno(EBADF, "cannot wait for descriptor " + std::to_string(fd));
  }
  return true;
}

}  // namespace

std::size_t poll(std::span<pollfd> descriptors, Deadline deadline) {
  detail::Scheduler& hub = detail::Scheduler::current();
  hub.checkpoint();
  if (const std::size_t count = look(descriptors); count > 0) {
    hub.yield();
    return count;
  }
  for (;;) {
    bool in_time = false;
    {
      Wait wait(hub);
      for (const pollfd& descriptor : descriptors) {
        if (descriptor.fd >= 0) wait.add(descriptor);
      }
      in_time = wait.wait(deadline);
    }
    // The kernel knows best, also of what has happened meanwhile.
    if (const std::size_t count = look(descriptors); count > 0 || !in_time) return count;
  }
}

bool wait_read(int fd, Deadline deadline) {
  return wait_for(fd, POLLIN, deadline);
}

bool wait_write(int fd, Deadline deadline) {
  return wait_for(fd, POLLOUT, deadline);
}

Selected select(const std::vector<int>& read, const std::vector<int>& write, Deadline deadline) {
  std::vector<pollfd> descriptors;
  descriptors.reserve(read.size() + write.size());
  for (const int fd : read) descriptors.push_back({fd, POLLIN, 0});
  for (const int fd : write) descriptors.push_back({fd, POLLOUT, 0});
  for (const pollfd& descriptor : descriptors) {
    if (descriptor.fd < 0) throw_errno(EBADF, "cannot wait for a descriptor");
  }
  Selected selected;
  if (poll(descriptors, deadline) == 0) return selected;
  for (const pollfd& descriptor : descriptors) {
    if ((descriptor.revents & POLLNVAL) != 0) {
      throw_errno(EBADF, "cannot wait for descriptor " + std::to_string(descriptor.fd));
    }
    if (descriptor.revents == 0) continue;
    (descriptor.events == POLLIN ? selected.readable : selected.writable).push_back(descriptor.fd);
  }
  return selected;
}

void closing(int fd) {
  detail::DescriptorSet::wake_all(fd);
}

}  // namespace gnet
