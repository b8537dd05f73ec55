// Opening connections that are secured where their endpoint says so.
//
//   gnet::AnyStream stream = gnet::connect_any("tls://example.org:443");
//   gnet::AnyStream inside = gnet::connect_any("tls://db:6432?cacert=ca.pem", {.timeout = 3s});
//
// Threads: the AnyStream belongs to the calling hub.

#pragma once

#include <optional>

#include "gnet/io/any_stream.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_context.h"

namespace gnet {

// As connect(). Over TLS if the endpoint is one of tls, or a context is given; without one the
// context is what the endpoint says (?cacert=, ?cert=, ?key=), and the server is verified. The
// server must have the name of the endpoint's ?sni=, or its host. Suspends until both sides have
// agreed; the timeout includes that. Throws TLSError too, and SystemError for a file that cannot
// be read.
[[nodiscard]] AnyStream connect_any(const Endpoint& endpoint, const ConnectOptions& options = {},
                                    std::optional<TLSContext> tls = std::nullopt);

}  // namespace gnet
