// A WebSocket on any stream, at either end of it (RFC 6455, RFC 7692).
//
// Straight-line code: receive() suspends until a message is there, send() until there is room for
// one. Pings are answered, and sent, on the way; so is the closing handshake done.
//
//   void echo(gnet::ws::WebSocket& socket) {
//     while (const auto message = socket.receive()) socket.send(*message);
//   }
//
//   auto socket = gnet::ws::connect("wss://example.test/feed");   // web_socket_client.h
//   auto socket = gnet::ws::accept(request, response);            // web_socket_server.h
//
// One fiber receives at a time. Any fiber may send, beside it and beside others: messages never
// mix. Messages that are answered while others are here already leave together with them.
//
// What is sent and not taken by the peer is bounded: send() waits below the bound, try_send() says
// no. A peer that takes nothing at all for `write_timeout` is given up.
//
// An interrupt (a Timeout, a kill) that comes while send() waits for its turn leaves nothing of the
// message; one that comes later leaves the rest to be sent, or, over TLS, ends the connection. One
// that comes to receive() loses nothing.
//
// Memory: an idle WebSocket has no buffers, compressors included unless context takeover is agreed.
//
// Threads: a WebSocket belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_function.h"
#include "gnet/io/any_stream.h"
#include "gnet/ws/close_code.h"
#include "gnet/ws/codec.h"

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace gnet::ws {

struct AcceptOptions;
namespace detail {
class Conversation;
}

struct WebSocketOptions {
  Limits limits = {};
  DeflateOptions deflate = {};  // what is offered or accepted, and how to compress then

  // A peer that has been silent for `ping_interval` is pinged, and given up unless something comes
  // from it within `ping_timeout`, while somebody receives. 0: no pings; waits for ever.
  TimeSpan ping_interval = std::chrono::seconds(20);
  TimeSpan ping_timeout = std::chrono::seconds(20);

  // Without a message in either direction for so long it is closed (1001); pings do not count. 0:
  // never.
  TimeSpan idle_timeout = {};

  TimeSpan write_timeout = std::chrono::seconds(60);  // the peer takes no byte: the end. 0: never
  TimeSpan close_timeout = std::chrono::seconds(5);   // for the closing handshake

  // The peer's close is the end of what it says, and no more: receive() gives nothing then, and
  // messages may be sent until close() or shutdown_send(). A peer that closes waits for that long.
  bool half_close = false;

  // Bytes that may wait for the peer: senders wait while there are more.
  std::size_t high_water = 256 * 1024;
};

// Views of what was received are valid until the next call that receives or closes.
struct Message {
  Opcode opcode = Opcode::text;  // or binary
  std::string_view data = {};

  [[nodiscard]] bool is_text() const noexcept { return opcode == Opcode::text; }
};

// A part of a message as it comes; a piece of text may end within a character.
struct Piece {
  Opcode opcode = Opcode::text;
  std::string_view data = {};
  bool first = true;
  bool last = true;
};

// Thrown by what sends on a WebSocket that is closed, or closing: "the WebSocket is closed: 1001
// going away".
class WebSocketClosed : public ConnectionLost {
 public:
  explicit WebSocketClosed(const std::string& why);
};

class WebSocket {
 public:
  // On a stream of the caller's, after the handshake: it has to live longer, and stays open. What
  // was agreed on comes from the handshake.
  WebSocket(ByteStream& stream, Role role, const WebSocketOptions& options = {},
            const std::optional<DeflateAgreement>& deflate = std::nullopt,
            std::string subprotocol = {});
  // On a stream of its own, which it closes. `received` are bytes that came with the handshake.
  WebSocket(AnyStream&& stream, Role role, const WebSocketOptions& options = {},
            const std::optional<DeflateAgreement>& deflate = std::nullopt,
            std::string subprotocol = {}, std::string received = {});
  // One that is given up without close() is simply gone for the peer. Suspends while something is
  // being sent, which is aborted. Nobody may use it any more.
  ~WebSocket();
  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;

  // ---- receiving ----

  // The next message; nothing once it has ended, whoever has ended it and however: see closed().
  // Messages that come after close() are dropped. Throws Misuse when another fiber receives, or
  // before the last piece of a message was received.
  [[nodiscard]] std::optional<Message> receive();

  // The same, in pieces as they come, so that there is no bound on the length of a message but
  // Limits::max_pieces. One that has begun to come whole comes in one piece.
  [[nodiscard]] std::optional<Piece> receive_piece();

  // The data of a message just received as a string of one's own, without a copy where it had to be
  // put together anyway.
  [[nodiscard]] std::string take(const Message& message);

  // ---- sending ----
  //
  // These throw WebSocketClosed unless is_open(), and std::invalid_argument for text that is not
  // UTF-8, of which nothing is sent.

  // Suspends while there is too much that waits for the peer, and for what is long.
  void send(Opcode opcode, std::string_view data);
  void send(const Message& message) { send(message.opcode, message.data); }
  void send(std::string_view text) { send(Opcode::text, text); }
  void send_binary(std::string_view data) { send(Opcode::binary, data); }

  // Does not suspend. False, with nothing sent, when it is closed, when the peer has not taken
  // enough of what was sent before (a message of any length is taken when nothing waits), or while
  // another message is sent in pieces. For those who send to many: what becomes of one that is slow
  // is for them to say.
  [[nodiscard]] bool try_send(Opcode opcode, std::string_view data);
  [[nodiscard]] bool try_send(const Message& message) {
    return try_send(message.opcode, message.data);
  }
  [[nodiscard]] bool try_send(std::string_view text) { return try_send(Opcode::text, text); }

  // A message in pieces, of the first one's opcode; each leaves at once. Until the last one other
  // fibers wait to send theirs.
  void send_piece(Opcode opcode, std::string_view piece, bool last);

  // A ping of at most 125 bytes, and what is called for each pong. Pings of one's own, in addition
  // to those of ping_interval.
  void ping(std::string_view data = {});
  void on_pong(UniqueFunction<void(std::string_view data)> function);

  // A pong that nobody has asked for, a sign of life (RFC 6455, 5.5.3), of at most 125 bytes. Pings
  // are answered without it.
  void pong(std::string_view data = {});

  // ---- the end ----

  // Does the closing handshake: says close, drops what still comes, and returns when the peer has
  // said it, too, or has not within `close_timeout`. Does nothing more when it has ended. Throws
  // std::invalid_argument as close_payload() does.
  void close(CloseCode code = kNormal, std::string_view reason = {});

  // Says close, and no more: what the peer still sends before it says close is received, however
  // long that takes; nobody pings it meanwhile. Suspends as send() does.
  void shutdown_send(CloseCode code = kNormal, std::string_view reason = {});

  // Says close (1001) to the peer, at once and without suspending; whoever receives comes to the
  // end. What a server does when it stops.
  void drain() noexcept;

  // Ends it without a word. Does not suspend.
  void abort() noexcept;

  // Whether messages can be sent.
  [[nodiscard]] bool is_open() const noexcept;

  // How it has ended; nothing while it has not.
  [[nodiscard]] const std::optional<Closed>& closed() const noexcept;

  // ---- facts ----

  [[nodiscard]] const std::string& subprotocol() const noexcept;  // empty: none was agreed on
  [[nodiscard]] const std::optional<DeflateAgreement>& deflate() const noexcept;
  [[nodiscard]] ByteStream& stream() noexcept;  // for its addresses and options

  // Bytes that wait for the peer.
  [[nodiscard]] std::size_t queued() const noexcept;

  // From the last ping of ping_interval to its pong.
  [[nodiscard]] std::optional<Duration> round_trip() const noexcept;

 private:
  friend WebSocket accept(http::Request& request, http::Response& response,
                          const AcceptOptions& options);

  std::unique_ptr<detail::Conversation> conversation_;
};

}  // namespace gnet::ws
