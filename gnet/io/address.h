// Between Endpoints and the kernel's socket addresses.
//
//   for (gnet::SocketAddress& address : gnet::addresses_of("example.org:80", 5s)) {
//     if (::connect(fd, address.data(), address.size) == 0) return;
//   }
//
// Threads: may be used from any; an address is a plain value.

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <vector>

#include "gnet/fiber/deadline.h"
#include "gnet/io/endpoint.h"

namespace gnet {

// A socket address as system calls take it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* data() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

// The other side of a connection that was accepted; see Accepted.
[[nodiscard]] Endpoint peer_endpoint(const sockaddr_in6& peer);

// SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET.
[[nodiscard]] int socket_type(Transport transport) noexcept;

// Throws std::invalid_argument when the path does not fit (107 bytes).
[[nodiscard]] SocketAddress unix_address(const Endpoint& endpoint);
[[nodiscard]] SocketAddress ip_address(const asio::ip::address& address, std::uint16_t port);

// The addresses that an endpoint names, in the resolver's order: one for a unix
// socket or a numeric host. Suspends only while a name is resolved; throws
// ResolveError.
[[nodiscard]] std::vector<SocketAddress> addresses_of(const Endpoint& endpoint,
                                                      Deadline deadline = Deadline::never());

}  // namespace gnet
