// Tells at once when the peer of a socket goes away, whatever is waited for meanwhile.
//
//   gnet::CancelScope scope;
//   const gnet::PeerWatch watch(socket, [&](gnet::PeerChange) { scope.cancel(); });
//   scope.run([&] { answer = compute(); });       // ends when nobody is there to get the answer
//
// A peer that has gone can neither send nor receive any more: it has reset the connection, or
// ended both of its sides, which only a unix socket shows before something is sent. One that has
// ended its sending side may well wait for an answer.
//
// Threads: belongs to the hub of its socket; the function is called by that hub, and must neither
// suspend nor throw.

#pragma once

#include <utility>

#include "gnet/fiber/poller.h"
#include "gnet/io/socket.h"

namespace gnet {

enum class PeerChange {
  ended,  // it sends nothing more
  gone,   // nor does it receive
};

namespace detail {

// The part of a PeerWatch that is no template.
class PeerWatchBase : PollSlot::EndHook {
 public:
  PeerWatchBase(const PeerWatchBase&) = delete;
  PeerWatchBase& operator=(const PeerWatchBase&) = delete;

 protected:
  using Tell = void (*)(PeerWatchBase& watch, PeerChange change);

  PeerWatchBase(Socket& socket, Tell tell);
  ~PeerWatchBase();

  // What the kernel has told before there was a watch.
  void tell_what_was();

 private:
  static void happened(PollSlot::EndHook& hook, std::uint32_t events) noexcept;

  PollSlot& slot_;
  std::uint16_t generation_;
  int fd_;
  Tell tell_;
};

}  // namespace detail

template <typename F>
class PeerWatch : detail::PeerWatchBase {
 public:
  // Calls `function` at once if that has happened already. Throws Misuse where there is another
  // watch, and std::errc::bad_file_descriptor for a socket that is closed. A watch may outlive its
  // socket, and ends with it.
  PeerWatch(Socket& socket, F function)
      : PeerWatchBase(socket, tell), function_(std::move(function)) {
    tell_what_was();
  }

 private:
  static void tell(PeerWatchBase& watch, PeerChange change) {
    static_cast<PeerWatch&>(watch).function_(change);
  }

  F function_;
};

}  // namespace gnet
