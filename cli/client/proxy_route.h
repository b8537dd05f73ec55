// The way of a client's connections through a proxy (--proxy), and what they say first of whom they
// are for (--send-proxy).
//
//   endpoint = cli::through_proxy(endpoint, options);   // socks5h://127.0.0.1:1080/example.org:80
//
// Threads: functions without state.

#pragma once

#include "cli/client/client_options.h"
#include "gnet/io/address.h"
#include "gnet/io/endpoint.h"

namespace gnet {
class Socket;
}

namespace cli {

// Whether there is a proxy: not by default, nor with "none".
[[nodiscard]] bool wants_proxy(const ClientOptions& options) noexcept;

// The same endpoint behind the proxy. Throws UsageError for a proxy that is none, and for an
// endpoint that cannot be there: a proxy takes connections of TCP.
[[nodiscard]] gnet::Endpoint through_proxy(const gnet::Endpoint& endpoint,
                                           const ClientOptions& options);

// Whom a connection is made for: a client, and where it has come to.
struct OnBehalfOf {
  gnet::SocketAddress client;
  gnet::SocketAddress server;
};

// Sends the header that --send-proxy wants over a new connection; suspends. Nobody but the socket
// itself is who it is for unless somebody is named. Throws std::system_error.
void send_proxy_header(gnet::Socket& socket, const ClientOptions& options,
                       const OnBehalfOf* whom = nullptr);

}  // namespace cli
