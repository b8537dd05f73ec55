// The header of the PROXY protocol, versions 1 and 2: who a proxy's client is, said before the
// first byte of the connection that the proxy makes for it.
//
//   const std::string header = gnet::proxy::encode_proxy_header(2, client, server);
//   stream.send_all(header);
//
//   const auto header = gnet::proxy::read_proxy_header(stream, ProxyVersions::both, 3s);
//   if (!header.local) log.info("really from {}", header.source.short_name());
//
// Nothing of it can be trusted unless its sender is: it says what it wants. Reading is strict: what
// the specification does not have (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt) is
// refused, as are addresses that no client can have and a checksum that is wrong. TLVs are skipped.
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/io/address.h"
#include "gnet/proxy/decoded.h"

namespace gnet {
class ByteStream;
}

namespace gnet::proxy {

enum class ProxyVersions : std::uint8_t { v1, v2, both };

struct ProxyHeader {
  int version = 0;
  // The proxy speaks for itself (LOCAL), or does not tell (UNKNOWN): the connection is from whom it
  // is from, and there are no addresses here.
  bool local = false;
  SocketAddress source;
  SocketAddress destination;
};

// The longest of version 1 with its line end, and of version 2 that is taken, TLVs included.
inline constexpr std::size_t kLongestProxyLine = 107;
inline constexpr std::size_t kLongestProxyHeader = 4096;

[[nodiscard]] Decoded<ProxyHeader> decode_proxy_header(std::string_view bytes,
                                                       ProxyVersions versions);

// For addresses of two families, or none, version 1 says UNKNOWN, as it does for unix sockets, and
// version 2 LOCAL. IPv4 in IPv6 is IPv4. Throws std::invalid_argument for another version.
[[nodiscard]] std::string encode_proxy_header(int version, const SocketAddress& source,
                                              const SocketAddress& destination);

// Suspends until the header is there, and takes nothing of what is behind it. Throws ProxyError
// (malformed) for one that is none, ConnectionLost for one that is cut, and TimedOut.
[[nodiscard]] ProxyHeader read_proxy_header(ByteStream& stream, ProxyVersions versions,
                                            Deadline deadline);

}  // namespace gnet::proxy
