#include "gnet/http/http_connection.h"

#include <memory>

#include "gnet/http/server_conversation.h"

namespace gnet {

void HTTPConnection::converse(AnyStream& stream, const Endpoint& peer) {
  // Not on the stack, of which a connection that waits shall need one page.
  const auto conversation = std::make_unique<http::detail::ServerConversation>(
      stream, peer, handler_, options_, http::detail::LogSource(static_cast<Connection&>(*this)),
      session_id());
  if (draining_) conversation->drain();
  conversation_ = conversation.get();
  struct Forget {
    ~Forget() { pointer = nullptr; }
    http::detail::ServerConversation*& pointer;
  } const forget{conversation_};
  conversation->run();
}

void HTTPConnection::drain(Duration quiet) {
  using Drained = http::detail::ServerConversation::Drained;
  const Drained drained = conversation_ == nullptr ? Drained::later : conversation_->drain();
  if (drained == Drained::told) {
    if (!reason_) decide({CloseKind::service_stop, nullptr});
    return Connection::drain(quiet);
  }
  StreamConnection::drain(quiet);
  if (drained == Drained::idle) end_input();
}

}  // namespace gnet
