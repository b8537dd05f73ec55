// One wait of a fiber for any of several descriptors.
//
//   DescriptorWait wait(hub, descriptors);
//   while (!wait.woken()) hub.park(kKind, &wait);
//
// Threads: belongs to the calling hub.

#pragma once

#include <poll.h>

#include <deque>
#include <span>

#include "gnet/io/descriptor_set.h"

namespace gnet::detail {

// Wakes the running fiber of `hub` when one of the descriptors has what its `events` asks for,
// is broken or is closed. Negative descriptors are passed over.
class DescriptorWait {
 public:
  // Throws std::system_error (bad_file_descriptor) when one is not open.
  DescriptorWait(Scheduler& hub, std::span<pollfd> descriptors);
  DescriptorWait(const DescriptorWait&) = delete;
  DescriptorWait& operator=(const DescriptorWait&) = delete;
  ~DescriptorWait() { cancel(); }

  // Whether one has something to tell. One that cannot be waited for, such as a regular file, has
  // at once.
  [[nodiscard]] bool woken() const noexcept { return woken_; }

  // If some have been closed, sets the `revents` of those and of no others.
  bool tells_closed() noexcept;

 private:
  struct Interest : DescriptorInterest {
    Interest(DescriptorWait& owner, pollfd& descriptor) noexcept
        : DescriptorInterest(descriptor.fd, descriptor.events, wake_up),
          wait(owner),
          asked(descriptor) {}
    static void wake_up(DescriptorInterest& interest) noexcept;
    DescriptorWait& wait;
    pollfd& asked;
  };

  void cancel() noexcept;

  Scheduler& hub_;
  FiberControl& fiber_;
  std::deque<Interest> interests_;
  bool woken_ = false;
};

}  // namespace gnet::detail
