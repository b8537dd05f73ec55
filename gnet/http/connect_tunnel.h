// The client's side of HTTP CONNECT (RFC 9110 §9.3.6): asks the proxy at the other end of a stream
// for a way through.
//
//   gnet::AnyStream stream = gnet::connect("tcp://127.0.0.1:3128", 5s);
//   stream = gnet::http::connect_tunnel(std::move(stream), "example.org:443", {}, 5s);
//
// It works on any stream, so that it goes through another proxy, or TLS, as well. A server that
// speaks first may do so at once: what comes behind the answer of the proxy is not lost.
//
// Threads: of the hub of the stream.

#pragma once

#include <string>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/io/any_stream.h"

namespace gnet::http {

struct TunnelOptions {
  std::string authorization = {};  // of Proxy-Authorization; empty: none. See basic_authorization()
  std::string user_agent = {};     // empty: none
};

// Suspends until the proxy has connected to the target, "host:port" with an IPv6 address in
// brackets; the stream that it returns leads there.
//
// Throws proxy::ProxyError when the proxy says no ("the proxy refuses: 407 Proxy Authentication
// Required") or speaks something else, ConnectionLost when it hangs up, TimedOut, and what the
// stream throws.
[[nodiscard]] AnyStream connect_tunnel(AnyStream stream, std::string_view target,
                                       const TunnelOptions& options, Deadline deadline);

}  // namespace gnet::http
