// The waits of one call of libc on a descriptor.
//
//   CallWaits waits(fd, POLLIN, SO_RCVTIMEO);
//   while ((got = recv_now(fd)) < 0 && errno == EAGAIN) {
//     if (!waits.again()) return -1;
//   }
//
// Threads: any.

#pragma once

#include "gnet/fiber/deadline.h"

namespace gnet::patch {

class CallWaits {
 public:
  // `option`: the one that limits the call on a socket, SO_RCVTIMEO or SO_SNDTIMEO.
  CallWaits(int fd, short event, int option) noexcept : fd_(fd), event_(event), option_(option) {}

  // Suspends until the descriptor is ready, for the call to be made again. False: the call fails,
  // with errno: the descriptor is a non-blocking one, the limit is over (EAGAIN in both cases), it
  // has been closed or is not open for this, or the fiber is interrupted.
  [[nodiscard]] bool again() noexcept;

  // Suspends for a while, longer each time, for a call that fails although the descriptor is
  // ready.
  [[nodiscard]] bool pause() noexcept;

  // False with errno: the call fails without a wait, as libc's own would.
  [[nodiscard]] bool may_wait() noexcept;

 private:
  int fd_;
  short event_;
  int option_;
  bool may_wait_ = false;
  int waits_ = 0;
  int pauses_ = 0;
  Deadline deadline_;
};

// Whether there is something to read, or room to write, or an error, without waiting.
[[nodiscard]] bool is_ready(int fd, short event) noexcept;

}  // namespace gnet::patch
