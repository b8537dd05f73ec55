#include "gnet/io/address.h"

#include <netinet/in.h>
#include <sys/un.h>
#include <asio/ip/address.hpp>

#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "gnet/io/resolver.h"

namespace gnet {

Endpoint peer_endpoint(const sockaddr_in6& peer) {
  const socklen_t size = peer.sin6_family == AF_INET6  ? sizeof(sockaddr_in6)
                         : peer.sin6_family == AF_INET ? sizeof(sockaddr_in)
                                                       : sizeof(sa_family_t);
  return Endpoint::of(peer.sin6_family == AF_UNIX ? Transport::unix_stream : Transport::tcp,
                      reinterpret_cast<const sockaddr*>(&peer), size);
}

int socket_type(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp:
    case Transport::unix_datagram:
      return SOCK_DGRAM;
    case Transport::unix_seqpacket:
      return SOCK_SEQPACKET;
    default:
      return SOCK_STREAM;
  }
}

SocketAddress unix_address(const Endpoint& endpoint) {
  SocketAddress result;
  auto& address = reinterpret_cast<sockaddr_un&>(result.storage);
  address.sun_family = AF_UNIX;
  const std::string& path = endpoint.path();
  // A path needs room for its terminator; an abstract name starts with one instead.
  if (path.size() >= sizeof address.sun_path) {
    throw std::invalid_argument("the path of " + endpoint.to_string() +
                                " is too long for a unix socket (107 bytes at most)");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (endpoint.is_abstract()) {
    address.sun_path[0] = '\0';
  } else {
    ++result.size;
  }
  return result;
}

SocketAddress ip_address(const asio::ip::address& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.to_v4().to_uint());
    result.size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    const auto bytes = address.to_v6().to_bytes();
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
    v6.sin6_scope_id = static_cast<std::uint32_t>(address.to_v6().scope_id());
    result.size = sizeof v6;
  }
  return result;
}

std::vector<SocketAddress> addresses_of(const Endpoint& endpoint, Deadline deadline) {
  if (endpoint.is_unix()) return {unix_address(endpoint)};
  if (const auto address = endpoint.address()) return {ip_address(*address, endpoint.port())};
  std::vector<SocketAddress> result;
  for (const auto& address : resolve(endpoint.host(), endpoint.family(), deadline)) {
    result.push_back(ip_address(address, endpoint.port()));
  }
  return result;
}

}  // namespace gnet
