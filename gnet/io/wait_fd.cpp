#include "gnet/io/wait_fd.h"

#include <algorithm>
#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/descriptor_wait.h"

namespace gnet {
namespace {

constexpr detail::WaitKind kDescriptor{"a descriptor"};

enum class Outcome { ready, closed, late };

// Sets `revents` only of those that were closed, whose numbers may be somebody else's by now.
Outcome wait_for_any(detail::Scheduler& hub, std::span<pollfd> descriptors, Deadline deadline) {
  detail::DescriptorWait wait(hub, descriptors);
  while (!wait.woken()) {
    if (!hub.park(kDescriptor, &wait, deadline) && !wait.woken()) return Outcome::late;
  }
  return wait.tells_closed() ? Outcome::closed : Outcome::ready;
}

// How many have something to tell.
std::size_t count_of(std::span<const pollfd> descriptors) {
  return static_cast<std::size_t>(
      std::ranges::count_if(descriptors, [](const pollfd& one) { return one.revents != 0; }));
}

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
    const Outcome outcome = wait_for_any(hub, descriptors, deadline);
    if (outcome == Outcome::closed) return count_of(descriptors);
    // The kernel knows best, also of what has happened meanwhile.
    const std::size_t count = look(descriptors);
    if (count > 0 || outcome == Outcome::late) return count;
  }
}

bool wait_read(int fd, Deadline deadline) {
  return wait_for(fd, POLLIN, deadline);
}

bool wait_write(int fd, Deadline deadline) {
  return wait_for(fd, POLLOUT, deadline);
}

SelectedFds select_fds(const std::vector<int>& read, const std::vector<int>& write,
                       Deadline deadline) {
  std::vector<pollfd> descriptors;
  descriptors.reserve(read.size() + write.size());
  for (const int fd : read) descriptors.push_back({fd, POLLIN, 0});
  for (const int fd : write) descriptors.push_back({fd, POLLOUT, 0});
  for (const pollfd& descriptor : descriptors) {
    if (descriptor.fd < 0) throw_errno(EBADF, "cannot wait for a descriptor");
  }
  SelectedFds selected;
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
