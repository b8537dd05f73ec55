// Any endpoint as a stream, or as messages.
//
// connect() knows sockets and TLS; this knows all that an Endpoint can say: WebSockets, the way
// through a proxy, programs, files, standard input and output.
//
//   gnet::AnyStream stream = gnet::link::open_stream("wss://example.org/feed");
//   gnet::AnyStream program = gnet::link::open_stream("exec:sort -n");
//   gnet::AnyStream here = gnet::link::open_stream("-");
//   auto messages = gnet::link::open_messages("udp://127.0.0.1:53");
//
// The end of a local stream is the end of what is behind it: a program is told to terminate when
// its stream is closed, and killed when it has not ended two seconds later.
//
// Threads: what is opened belongs to the calling hub.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/io/any_stream.h"
#include "gnet/io/connect.h"
#include "gnet/link/message_link.h"
#include "gnet/ws/web_socket_client.h"

namespace gnet {
class Socket;
}

namespace gnet::link {

// How long each step has taken; zero for one that was not needed.
struct OpenTimings {
  Duration resolve{};  // the name; behind a proxy that of the proxy
  Duration connect{};
  Duration proxy{};  // what the proxies took to connect
  Duration tls{};
  Duration upgrade{};  // of a WebSocket
};

struct OpenOptions {
  ConnectOptions connect = {};  // its limit is that of all layers together
  // Of the outermost layer tls, and the name that the server shall have; without them it is what
  // the endpoint says. TLS between here and a proxy goes by the endpoint alone.
  std::optional<TLSContext> tls = std::nullopt;
  std::string server_name = {};
  // Of the layer ws: subprotocols, fields, limits. The way there and the time are those above.
  ws::ConnectOptions ws = {};
  MessageKind ws_kind = MessageKind::binary;  // of what a stream sends
  Refusals refusals = Refusals::passed_over;  // of datagrams
  // Called with the socket of a connection before anything is laid on it.
  std::function<void(Socket& socket)> set_up = nullptr;
  // What is written here as far as it got. Must outlive the call.
  OpenTimings* timings = nullptr;
};

// Suspends until it is open. Throws as connect(), what a layer throws (ws::HandshakeError,
// http::ClientError, proxy::ProxyError, ConnectionLost), SystemError for a file or a program that
// cannot be had, and BadEndpoint for what cannot connect. Datagrams are a stream of bytes without
// an end.
[[nodiscard]] AnyStream open_stream(const Endpoint& endpoint, const OpenOptions& options = {});

// The same for what keeps messages apart: ws, udp, unixgram, unixpacket. Throws BadEndpoint for all
// others, see Endpoint::has_messages().
[[nodiscard]] std::unique_ptr<MessageLink> open_messages(const Endpoint& endpoint,
                                                         const OpenOptions& options = {});

// The WebSocket itself, for who has more to do with it than to exchange messages. Throws
// BadEndpoint for an endpoint without that layer.
[[nodiscard]] ws::WebSocket open_web_socket(const Endpoint& endpoint,
                                            const OpenOptions& options = {});

}  // namespace gnet::link
