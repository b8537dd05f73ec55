#include "gnet/ws/web_socket.h"

#include <utility>

#include "gnet/ws/conversation.h"

namespace gnet::ws {

WebSocketClosed::WebSocketClosed(const std::string& why)
    : ConnectionLost("the WebSocket is closed: " + why) {}

WebSocket::WebSocket(ByteStream& stream, Role role, const WebSocketOptions& options,
                     const std::optional<DeflateAgreement>& deflate, std::string subprotocol)
    : conversation_(std::make_unique<detail::Conversation>(AnyStream(), &stream, role, options,
                                                           deflate, std::move(subprotocol))) {}

WebSocket::WebSocket(AnyStream&& stream, Role role, const WebSocketOptions& options,
                     const std::optional<DeflateAgreement>& deflate, std::string subprotocol,
                     std::string received)
    : conversation_(std::make_unique<detail::Conversation>(
          std::move(stream), nullptr, role, options, deflate, std::move(subprotocol))) {
  conversation_->came_before(std::move(received));
}

WebSocket::~WebSocket() = default;
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;

std::optional<Message> WebSocket::receive() {
  return conversation_->receive();
}

std::optional<Piece> WebSocket::receive_piece() {
  return conversation_->receive_piece();
}

std::string WebSocket::take(const Message& message) {
  return conversation_->take(message);
}

void WebSocket::send(Opcode opcode, std::string_view data) {
  conversation_->send(opcode, data);
}

bool WebSocket::try_send(Opcode opcode, std::string_view data) {
  return conversation_->try_send(opcode, data);
}

void WebSocket::send_piece(Opcode opcode, std::string_view piece, bool last) {
  conversation_->send_piece(opcode, piece, last);
}

void WebSocket::ping(std::string_view data) {
  conversation_->ping(data);
}

void WebSocket::pong(std::string_view data) {
  conversation_->pong(data);
}

void WebSocket::on_pong(UniqueFunction<void(std::string_view data)> function) {
  conversation_->on_pong = std::move(function);
}

void WebSocket::close(CloseCode code, std::string_view reason) {
  conversation_->close(code, reason);
}

void WebSocket::shutdown_send(CloseCode code, std::string_view reason) {
  conversation_->shutdown_send(code, reason);
}

void WebSocket::drain() noexcept {
  conversation_->drain();
}

void WebSocket::abort() noexcept {
  conversation_->abort();
}

bool WebSocket::is_open() const noexcept {
  return conversation_->is_open();
}

const std::optional<Closed>& WebSocket::closed() const noexcept {
  return conversation_->codec().closed();
}

const std::string& WebSocket::subprotocol() const noexcept {
  return conversation_->subprotocol;
}

const std::optional<DeflateAgreement>& WebSocket::deflate() const noexcept {
  return conversation_->deflate;
}

ByteStream& WebSocket::stream() noexcept {
  return conversation_->stream();
}

std::size_t WebSocket::queued() const noexcept {
  return conversation_->queued();
}

std::optional<Duration> WebSocket::round_trip() const noexcept {
  return conversation_->round_trip;
}

}  // namespace gnet::ws
