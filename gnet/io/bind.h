// Binding, for listeners and datagram sockets alike. Programs say it so:
//
//   gnet::Listener listener("tcp://127.0.0.1:6011");
//
// Threads: as the Socket.

#pragma once

#include <optional>

#include "gnet/io/address.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/socket.h"

namespace gnet {

// Opens and binds a socket to an IP endpoint; "*" is all interfaces, both families.
// Suspends only when a host name has to be resolved. Throws std::system_error.
void bind_ip_socket(Socket& socket, const Endpoint& endpoint, bool reuse_port);

// Binds an open socket to a unix endpoint, taking over a path that nobody answers
// on. The socket owns the path that this has made, if any.
void bind_unix_socket(Socket& socket, const Endpoint& endpoint, std::optional<unsigned> mode);

// Binds an open socket that is about to connect to an address of `source`, whose path it owns then.
// Throws std::system_error.
void bind_source(Socket& socket, const SocketAddress& address, const Endpoint& source);

}  // namespace gnet
