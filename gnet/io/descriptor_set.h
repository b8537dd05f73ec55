// The descriptors, of whatever owner, that fibers of a hub wait for at the moment.
//
// The hub's poller registers a descriptor for its life. These are foreign: any file,
// also one that a Socket has, for as long as somebody waits. So they live in an epoll
// set of their own, level-triggered, which the poller watches. Each is reported once and then
// asked for anew: the kernel goes on to watch one that was closed while a copy of it lives, and
// cannot be told to stop.
//
// Threads: belongs to the calling hub.

#pragma once

#include <poll.h>

#include <cstdint>
#include <unordered_map>

#include "gnet/base/intrusive_list.h"
#include "gnet/base/unique_fd.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::detail {

// Somebody who wants to know when `fd` is ready for one of `events` (POLLIN, POLLOUT,
// POLLPRI), or broken.
struct DescriptorInterest : ListHook {
  using Wake = void (*)(DescriptorInterest&) noexcept;

  DescriptorInterest(int descriptor, short wanted, Wake callback) noexcept
      : fd(descriptor), events(wanted), wake(callback) {}

  int fd;
  short events;
  Wake wake;            // called once, on the hub, after unlinking; must not suspend
  bool closed = false;  // woken because the descriptor is closed, or about to be
};

class DescriptorSet {
 public:
  // The calling hub's. Throws Misuse once it has ended.
  static DescriptorSet& current();

  explicit DescriptorSet(detail::Scheduler& hub);
  DescriptorSet(const DescriptorSet&) = delete;
  DescriptorSet& operator=(const DescriptorSet&) = delete;
  ~DescriptorSet() = default;  // nobody is woken

  // False: the descriptor cannot be waited for, being always ready (a regular file).
  // Throws std::system_error: bad_file_descriptor and the like.
  bool add(DescriptorInterest& interest);

  // Does nothing when it is not linked.
  static void remove(DescriptorInterest& interest) noexcept;

  // Wakes all that wait for `fd` on the calling hub, if there is one.
  static void wake_all(int fd) noexcept;

 private:
  struct Entry {
    std::uint32_t generation = 0;  // tells it from earlier ones of the same number
    IntrusiveList<DescriptorInterest> interests;
  };

  struct Owner;
  static Owner& owner() noexcept;
  void wake(int fd) noexcept;
  void look() noexcept;
  void handle(int fd, Entry& entry, std::uint32_t events) noexcept;
  int update(int fd, Entry& entry) noexcept;
  int begin_in_child() noexcept;

  UniqueFd epoll_;
  std::uint32_t generation_ = 0;
  std::unordered_map<int, Entry> entries_;
};

}  // namespace gnet::detail
