// The way through a proxy: from a connection to it to one with whom it is to connect to.
//
//   stream = through_proxy(std::move(stream), "connect://proxy:3128/example.org:443", deadline);
//
// Threads: of the hub of the stream.

#pragma once

#include "gnet/io/any_stream.h"

namespace gnet::link {

// Suspends until the proxy has connected. Throws proxy::ProxyError, "proxy 10.0.0.1:1080: the proxy
// refuses: host unreachable", and as socks_connect() and http::connect_tunnel().
[[nodiscard]] AnyStream through_proxy(AnyStream stream, const Endpoint& endpoint,
                                      Deadline deadline);

}  // namespace gnet::link
