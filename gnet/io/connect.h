// Opening connections.
//
// connect() resolves the name, tries its addresses as RFC 8305 says (Happy
// Eyeballs: IPv6 and IPv4 in turn, the next one after 250 ms or as soon as the one
// before has failed), and takes the first that answers; the others are closed. Then it lays
// over it what the endpoint wants: tls:// is secured, and the server verified.
//
//   gnet::AnyStream stream = gnet::connect("tls://example.org:443", 3s);
//   gnet::AnyStream inside = gnet::connect("tls://db:6432?cacert=ca.pem");
//   gnet::Stream bare = gnet::connect_stream("unix:///run/x.sock");
//
// Threads: the stream belongs to the calling hub.

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gnet/io/address.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/stream.h"
#include "gnet/io/tls_context.h"

namespace gnet {

struct ConnectOptions {
  // Of each connect, name resolution and handshakes included; 0: none.
  TimeSpan timeout = std::chrono::seconds(5);
  // The moment instead of that, for one connect that shares its limit with other calls.
  std::optional<Deadline> deadline = std::nullopt;

  std::optional<Endpoint> source = std::nullopt;            // the local address and port
  std::string interface = {};                               // the network interface, e.g. "eth0"
  std::vector<SocketAddress> addresses = {};                // where, instead of resolving the host
  TimeSpan attempt_delay = std::chrono::milliseconds(250);  // RFC 8305, section 5

  // What counts from now on.
  [[nodiscard]] Deadline limit() const { return deadline.value_or(Deadline::within(timeout)); }
};

// Suspends until connected. Over TLS if the endpoint is one of tls, or a context is given; without
// one the context is what the endpoint says (?cacert=, ?cert=, ?key=), and the server is verified:
// it must have the name of the endpoint's ?sni=, or its host. Throws std::system_error `cannot
// connect to tcp://127.0.0.1:1: connection refused` (std::errc::timed_out at the timeout),
// ResolveError, TLSError, SystemError for a file that cannot be read, or BadEndpoint for one of
// datagrams. An interrupt closes what was begun.
[[nodiscard]] AnyStream connect(const Endpoint& endpoint, const ConnectOptions& options = {},
                                std::optional<TLSContext> tls = std::nullopt);

// As above, with a Deadline, or a duration, and nothing else: connect(endpoint, deadline).
template <std::convertible_to<Deadline> Limit>
[[nodiscard]] AnyStream connect(const Endpoint& endpoint, const Limit& limit,
                                std::optional<TLSContext> tls = std::nullopt) {
  return connect(endpoint, ConnectOptions{.deadline = limit}, std::move(tls));
}

// As connect(), but gives the bare stream on its socket. Throws BadEndpoint for an endpoint with
// layers, since a Stream is not secured.
[[nodiscard]] Stream connect_stream(const Endpoint& endpoint, const ConnectOptions& options = {});
template <std::convertible_to<Deadline> Limit>
[[nodiscard]] Stream connect_stream(const Endpoint& endpoint, const Limit& limit) {
  return connect_stream(endpoint, ConnectOptions{.deadline = limit});
}

namespace detail {

// What the layers of an endpoint are laid over.
[[nodiscard]] Stream connect_below(const Endpoint& endpoint, const ConnectOptions& options);

}  // namespace detail

}  // namespace gnet
