// How a fiber waits for a socket. Part of socket.cpp and of Protocol's loop, where it
// is inline. Everybody else says:
//
//   if (!socket.wait_readable(5s)) give_up();
//
// Threads: as the Socket.

#pragma once

#include "gnet/io/socket.h"

namespace gnet {

namespace detail {

// The peer of a Socket; its own address without one.
[[nodiscard]] std::string socket_name(const void* socket);

inline constexpr WaitKind kRead{"data on socket", nullptr, socket_name};
inline constexpr WaitKind kWrite{"room on socket", nullptr, socket_name};

}  // namespace detail

template <Socket::Direction direction>
[[gnu::always_inline]] inline bool Socket::wait_inline(Deadline deadline, const bool* stop) {
  if (slot_ == nullptr) [[unlikely]]
    refuse_to_wait(direction, false);
  detail::Scheduler& hub = *hub_;
  hub.check_thread();
  PollSlot& slot = *slot_;
  const std::uint16_t generation = slot.generation;
  detail::FiberControl*& place = direction == kReading ? slot.reader : slot.writer;
  if (place != nullptr) [[unlikely]]
    refuse_to_wait(direction, true);
  burst_ = 0;
  detail::FiberControl& self = hub.running();
  // The Socket itself may be gone when the fiber wakes: only the slot is looked at.
  struct Registration {
    Registration(Poller& poller, detail::FiberControl*& place, detail::FiberControl& self)
        : poller(poller), place(place), self(self) {
      place = &self;
      ++poller.waiters;
    }
    ~Registration() {
      if (place == &self) place = nullptr;
      --poller.waiters;
    }
    Poller& poller;
    detail::FiberControl*& place;
    detail::FiberControl& self;
  } const registration(hub.poller(), place, self);
  const detail::WaitKind& kind = direction == kReading ? detail::kRead : detail::kWrite;
  for (;;) {
    bool in_time = true;
    if (deadline.is_never()) {
      hub.park(self, kind, this);
    } else {
      in_time = hub.park(kind, this, deadline);
    }
    if (slot.generation != generation) [[unlikely]]
      closed_meanwhile();
    if (direction == kReading ? slot.readable : slot.writable) return true;
    if (!in_time || (stop != nullptr && *stop)) return false;
  }
}

}  // namespace gnet
