#include "gnet/link/message_link.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/timeout.h"
#include "gnet/io/datagram.h"
#include "gnet/ws/web_socket.h"

namespace gnet::link {
namespace {

constexpr std::size_t kMaxDatagram = 65536;
constexpr std::size_t kMaxPacket = std::size_t{256} * 1024;  // more than a unix socket takes

// Calls what has no Deadline of its own.
template <typename F>
void until(Deadline deadline, const char* what, F&& f) {
  if (deadline.is_never()) return f();
  const TimePoint since = Clock::now();
  if (!Timeout(TimeSpan(deadline.remaining()), silent).run(f)) throw_timed_out(what, since);
}

class WebSocketLink final : public MessageLink {
 public:
  explicit WebSocketLink(ws::WebSocket&& socket) : own_(std::move(socket)), socket_(*own_) {}
  explicit WebSocketLink(ws::WebSocket& socket) : socket_(socket) {}

  std::optional<LinkMessage> receive(Deadline deadline) override {
    std::optional<ws::Message> message;
    until(deadline, "receive", [&] { message = socket_.receive(); });
    if (!message) return std::nullopt;
    return LinkMessage{message->data, kind_of(message->opcode)};
  }

  std::optional<LinkMessage> receive_some(Deadline deadline) override {
    std::optional<ws::Piece> piece;
    until(deadline, "receive", [&] { piece = socket_.receive_piece(); });
    if (!piece) return std::nullopt;
    return LinkMessage{piece->data, kind_of(piece->opcode)};
  }

  void send(const LinkMessage& message, Deadline deadline) override {
    const bool is_text = message.kind == MessageKind::text && is_utf8(message.data);
    const auto opcode = is_text ? ws::Opcode::text : ws::Opcode::binary;
    try {
      until(deadline, "send", [&] { socket_.send(opcode, message.data); });
    } catch (const ws::WebSocketClosed& error) {
      throw std::system_error(std::make_error_code(std::errc::broken_pipe), error.what());
    }
  }

  bool try_send(const LinkMessage& message) override {
    const bool is_text = message.kind == MessageKind::text && is_utf8(message.data);
    return socket_.try_send(is_text ? ws::Opcode::text : ws::Opcode::binary, message.data);
  }

  void shutdown_send(Deadline deadline) override {
    until(deadline, "shutdown", [&] { socket_.shutdown_send(); });
  }

  void close(ws::CloseCode code, std::string_view reason) override {
    const ws::CloseCode said = ws::may_be_sent(code) ? code : ws::kNormal;
    socket_.close(said, valid_reason(reason));
  }
  void abort() noexcept override { socket_.abort(); }

  [[nodiscard]] std::optional<ws::Closed> closed() const override { return socket_.closed(); }
  [[nodiscard]] Endpoint local_endpoint() const override {
    return socket_.stream().local_endpoint();
  }
  [[nodiscard]] Endpoint remote_endpoint() const override {
    return socket_.stream().remote_endpoint();
  }

 private:
  static MessageKind kind_of(ws::Opcode opcode) noexcept {
    return opcode == ws::Opcode::text ? MessageKind::text : MessageKind::binary;
  }

  // What another peer has said may be too long, or nothing that can be said.
  static std::string_view valid_reason(std::string_view reason) {
    reason = reason.substr(0, ws::kMaxCloseReason);
    while (!reason.empty() && !is_utf8(reason)) reason.remove_suffix(1);
    return reason;
  }

  std::optional<ws::WebSocket> own_;
  ws::WebSocket& socket_;
};

class DatagramLink final : public MessageLink {
 public:
  DatagramLink(DatagramSocket&& socket, Refusals refusals)
      : socket_(std::move(socket)), refusals_(refusals) {}

  std::optional<LinkMessage> receive(Deadline deadline) override {
    const TimePoint since = Clock::now();
    buffer_.resize(kMaxDatagram);
    while (socket_.is_open()) {
      try {
        const auto size = socket_.receive(buffer_.data(), buffer_.size(), deadline);
        if (!size) throw_timed_out("receive", since);
        return LinkMessage{std::string_view(buffer_).substr(0, *size)};
      } catch (const std::system_error& error) {
        if (!socket_.is_open()) break;
        if (!is_passed_over(error)) throw;
      }
    }
    return std::nullopt;
  }

  void send(const LinkMessage& message, Deadline deadline) override {
    const auto attempt = [&] { until(deadline, "send", [&] { socket_.send(message.data); }); };
    try {
      attempt();
    } catch (const std::system_error& error) {
      if (socket_.socket().remote_endpoint().is_unix() || !is_passed_over(error)) throw;
      // That was of an earlier one.
      try {
        attempt();
      } catch (const std::system_error& again) {
        if (!is_passed_over(again)) throw;
      }
    }
  }

  void shutdown_send(Deadline) override {}
  void close(ws::CloseCode, std::string_view) override { socket_.close(); }
  void abort() noexcept override { socket_.close(); }

  [[nodiscard]] Endpoint local_endpoint() const override { return socket_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override {
    return socket_.socket().remote_endpoint();
  }

 private:
  // An earlier datagram was refused: the next may be taken.
  [[nodiscard]] bool is_passed_over(const std::system_error& error) const noexcept {
    return refusals_ == Refusals::passed_over && error.code() == std::errc::connection_refused;
  }

  mutable DatagramSocket socket_;
  const Refusals refusals_;
  std::string buffer_;
};

class PacketLink final : public MessageLink {
 public:
  explicit PacketLink(AnyStream&& packets) : packets_(std::move(packets)) {}

  std::optional<LinkMessage> receive(Deadline deadline) override {
    std::string().swap(buffer_);  // an idle link holds none
    if (!packets_.wait_readable(deadline)) throw_timed_out("receive", Clock::now());
    buffer_.resize(kMaxPacket);
    const std::size_t size = packets_.receive(buffer_.data(), buffer_.size(), deadline);
    if (size == 0) return std::nullopt;
    return LinkMessage{std::string_view(buffer_).substr(0, size)};
  }

  void send(const LinkMessage& message, Deadline deadline) override {
    if (!message.data.empty()) packets_.send_all(message.data, deadline);
  }

  void shutdown_send(Deadline deadline) override { packets_.shutdown_send(deadline); }
  void close(ws::CloseCode, std::string_view) override { packets_.close(); }
  void abort() noexcept override { packets_.abort(); }

  [[nodiscard]] Endpoint local_endpoint() const override { return packets_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return packets_.remote_endpoint(); }

 private:
  AnyStream packets_;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<MessageLink> link_of(ws::WebSocket&& socket) {
  return std::make_unique<WebSocketLink>(std::move(socket));
}

std::unique_ptr<MessageLink> link_of(ws::WebSocket& socket) {
  return std::make_unique<WebSocketLink>(socket);
}

std::unique_ptr<MessageLink> link_of(DatagramSocket&& socket, Refusals refusals) {
  return std::make_unique<DatagramLink>(std::move(socket), refusals);
}

std::unique_ptr<MessageLink> link_of_packets(AnyStream&& packets) {
  return std::make_unique<PacketLink>(std::move(packets));
}
}  // namespace gnet::link
