// A conversation in messages, whatever carries it: a WebSocket, datagrams, a unixpacket, or a
// stream of bytes in which messages are told apart by a framing.
//
//   auto link = gnet::link::open_messages("ws://127.0.0.1:6012/chat");
//   link->send({.data = "hello", .kind = gnet::link::MessageKind::text});
//   while (const auto message = link->receive()) use(message->data);
//
// One fiber may receive while another sends. Errors are std::system_error, at a Deadline
// std::errc::timed_out.
//
// Threads: a link belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/io/any_stream.h"
#include "gnet/ws/codec.h"

namespace gnet {
class DatagramSocket;
namespace ws {
class WebSocket;
}
}  // namespace gnet

namespace gnet::link {

// Only a WebSocket tells them apart: elsewhere all that is received is binary.
enum class MessageKind : std::uint8_t { text, binary };

struct LinkMessage {
  std::string_view data = {};
  MessageKind kind = MessageKind::binary;
};

class MessageLink {
 public:
  MessageLink() = default;
  MessageLink(const MessageLink&) = delete;
  MessageLink& operator=(const MessageLink&) = delete;
  // As abort(), where close() was not called.
  virtual ~MessageLink() = default;

  // Suspends until a message is there; nothing at the end of what the peer sends, which datagrams
  // do not have. The view is valid until the next call that receives or closes.
  [[nodiscard]] virtual std::optional<LinkMessage> receive(
      Deadline deadline = Deadline::never()) = 0;

  // The next piece of a message, which need not be all of it: for who does not care where messages
  // end, and has no bound on their length. Not between the pieces of one to be mixed with
  // receive().
  [[nodiscard]] virtual std::optional<LinkMessage> receive_some(
      Deadline deadline = Deadline::never()) {
    return receive(deadline);
  }

  // Suspends while there is no room. Text that is not UTF-8 goes over a WebSocket as binary. Throws
  // message_size for what is too large for a datagram or a unixpacket; a datagram that nobody was
  // there to take is no error, but see Refusals.
  virtual void send(const LinkMessage& message, Deadline deadline = Deadline::never()) = 0;

  // The same without suspending. False, with nothing sent: there is no room, or no telling.
  [[nodiscard]] virtual bool try_send(const LinkMessage& message) {
    static_cast<void>(message);
    return false;
  }

  // Says that nothing more will be sent; what the peer still sends is received. A WebSocket says
  // close (1000) then. Datagrams have no such thing: nothing happens.
  virtual void shutdown_send(Deadline deadline = Deadline::never()) = 0;

  // Ends both sides; a WebSocket says why, unless it has said close before, and waits for the
  // peer's answer.
  virtual void close(ws::CloseCode code = ws::kNormal, std::string_view reason = {}) = 0;
  // Ends it without a word, and wakes whoever waits. Does not suspend.
  virtual void abort() noexcept = 0;

  // How a WebSocket has ended, once receive() has come to the end; nothing for all others.
  [[nodiscard]] virtual std::optional<ws::Closed> closed() const { return std::nullopt; }

  // As those of a ByteStream.
  [[nodiscard]] virtual Endpoint local_endpoint() const = 0;
  [[nodiscard]] virtual Endpoint remote_endpoint() const = 0;
};

// A WebSocket of its own, or one that lives elsewhere and has to outlive the link. For a half-close
// both ways it was made with WebSocketOptions::half_close.
[[nodiscard]] std::unique_ptr<MessageLink> link_of(ws::WebSocket&& socket);
[[nodiscard]] std::unique_ptr<MessageLink> link_of(ws::WebSocket& socket);
// A socket that was connected. What the system says about an earlier datagram, that nobody takes it
// there, is passed over: the next one may be taken. Who awaits an answer wants it told, and has
// connection_refused from receive() and send() then.
enum class Refusals : std::uint8_t { passed_over, told };
[[nodiscard]] std::unique_ptr<MessageLink> link_of(DatagramSocket&& socket,
                                                   Refusals refusals = Refusals::passed_over);
// A stream of a unixpacket, in which each receive is a message.
[[nodiscard]] std::unique_ptr<MessageLink> link_of_packets(AnyStream&& packets);

// The messages of a link as a stream of bytes: what was sent at once is a message, of at most
// `max_message` bytes, and what comes is one message after the other; empty ones are nothing. That
// a WebSocket has ended without a close frame is an error, connection_reset.
class MessageStream final : public ByteStream {
 public:
  explicit MessageStream(std::unique_ptr<MessageLink> link, MessageKind kind = MessageKind::binary,
                         std::size_t max_message = std::size_t{64} * 1024);

  MessageStream(MessageStream&&) noexcept = default;
  MessageStream& operator=(MessageStream&&) noexcept = default;

  [[nodiscard]] MessageLink& link() noexcept { return *link_; }

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override;
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override;
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override;
  void shutdown_send(Deadline deadline = Deadline::never()) override;
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override;
  // Does not wait for the peer: a WebSocket is aborted unless it has ended.
  void close() noexcept override;
  void abort() noexcept override { close(); }
  [[nodiscard]] bool is_open() const noexcept override { return link_ != nullptr && open_; }
  [[nodiscard]] Endpoint local_endpoint() const override;
  [[nodiscard]] Endpoint remote_endpoint() const override;

 private:
  [[nodiscard]] bool fill(Deadline deadline);

  std::unique_ptr<MessageLink> link_;
  MessageKind kind_;
  std::size_t max_message_;
  std::string_view rest_;  // of the message that was received last
  bool open_ = true;
  bool ended_ = false;
};

}  // namespace gnet::link
