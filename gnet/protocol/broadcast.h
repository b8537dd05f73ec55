// Says something to many connections, without waiting for any of them.
//
//   std::set<Member*> room;
//   gnet::broadcast(room, "ann: hello\n");                           // who lags behind misses it
//   gnet::broadcast(room, "ann: hello\n", gnet::NoRoom::abort);      // or is cut off
//
// Threads: all of them belong to the calling hub. For all connections of a server, on all hubs,
// there is Factory::broadcast().

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gnet/protocol/connection_ref.h"
#include "gnet/protocol/queued_connection.h"

namespace gnet {

// What becomes of a connection for which high_water bytes are queued already.
enum class NoRoom : std::uint8_t {
  drop,   // it does not get the message
  abort,  // it ends: whoever is connected has got everything
};

namespace detail {

// The connection in an element of a range, or null.
template <typename T>
QueuedConnection* connection_in(T&& element) noexcept {
  if constexpr (requires { element.second; }) {
    return connection_in(element.second);
  } else if constexpr (requires(QueuedConnection * one) { one = &element; }) {
    return &element;
  } else if constexpr (requires(QueuedConnection * one) { one = element; }) {
    return element;
  } else {
    return element.get();
  }
}

}  // namespace detail

// Sends `data`, as try_send() does, to each connection of `members`: any range of connections,
// pointers to them, smart pointers, ConnectionRefs, or pairs with one of these as their second (as
// in maps). Null pointers, and those that are closing, are passed over. Returns how many took it.
// Does not suspend, so the range does not change meanwhile.
template <typename Range>
std::size_t broadcast(Range&& members, std::string_view data, NoRoom no_room = NoRoom::drop) {
  std::size_t taken = 0;
  for (auto&& element : members) {
    QueuedConnection* const one = detail::connection_in(element);
    if (one == nullptr || !one->accepts_data()) continue;
    if (one->try_send(data)) {
      ++taken;
    } else if (no_room == NoRoom::abort) {
      one->abort();
    }
  }
  return taken;
}

}  // namespace gnet
