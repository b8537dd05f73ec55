// Opening connections.
//
// connect() resolves the name, tries its addresses as RFC 8305 says (Happy
// Eyeballs: IPv6 and IPv4 in turn, the next one after 250 ms or as soon as the one
// before has failed), and returns the first that answers; the others are closed.
//
//   gnet::Stream stream = gnet::connect("example.org:80", {.timeout = 3s});
//
// Threads: the Stream belongs to the calling hub.

#pragma once

#include <asio/ip/address.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gnet/io/stream.h"

namespace gnet {

struct ConnectOptions {
  Duration timeout = std::chrono::seconds(5);               // name resolution included; 0: none
  std::optional<Endpoint> source = std::nullopt;            // the local address and port
  std::string interface = {};                               // the network interface, e.g. "eth0"
  std::vector<asio::ip::address> addresses = {};            // the host's, instead of resolving it
  Duration attempt_delay = std::chrono::milliseconds(250);  // RFC 8305, section 5
};

// Suspends until connected. Throws std::system_error `cannot connect to
// tcp://127.0.0.1:1: connection refused` (std::errc::timed_out at the timeout), or
// ResolveError; BadEndpoint for one of datagrams, and for one of TLS, since a Stream is not
// secured: see connect_any(). An interrupt closes what was begun.
[[nodiscard]] Stream connect(const Endpoint& endpoint, const ConnectOptions& options = {});

namespace detail {

// The same, but to a TLS endpoint too: the connection that the caller is to secure.
[[nodiscard]] Stream connect_below(const Endpoint& endpoint, const ConnectOptions& options);

}  // namespace detail

}  // namespace gnet
