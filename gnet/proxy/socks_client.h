// The client's side of SOCKS: asks the proxy at the other end of a stream for a way through.
//
//   gnet::AnyStream stream = gnet::connect("tcp://127.0.0.1:1080", 5s);
//   gnet::proxy::socks_connect(stream, gnet::proxy::Socks::v5h, {"example.org", 80}, {}, 5s);
//   stream.send_all("GET / HTTP/1.0\r\n\r\n");       // to example.org
//
// It works on any stream, so that it goes through another proxy, or TLS, as well.
//
// Threads: of the hub of the stream.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/io/byte_stream.h"
#include "gnet/proxy/socks_message.h"

namespace gnet::proxy {

// Who looks up names: this side with v4 and v5, the proxy with v4a and v5h.
enum class Socks : std::uint8_t { v4, v4a, v5, v5h };

// The kind by the scheme of a URL or an endpoint: "socks4", "socks4a", "socks5", "socks5h".
[[nodiscard]] std::optional<Socks> socks_of(std::string_view scheme) noexcept;

// Suspends until the proxy has connected to the target; from then on the stream leads there.
// Nothing that comes behind the proxy's answer is taken. A name goes to the proxy, or is resolved
// here first. Returns where the proxy says that its own end is.
//
// Throws ProxyError when the proxy says no, wants another user, or speaks something else;
// ConnectionLost when it hangs up; ResolveError, and what the stream throws. After that the stream
// is of no use.
SocksTarget socks_connect(ByteStream& stream, Socks kind, const SocksTarget& target,
                          const SocksUser& user, Deadline deadline);

}  // namespace gnet::proxy
