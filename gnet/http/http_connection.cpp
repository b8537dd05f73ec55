#include "gnet/http/http_connection.h"

#include "gnet/http/server_conversation.h"

namespace gnet {

void HTTPConnection::converse(AnyStream& stream, const Endpoint& peer) {
  http::detail::ServerConversation conversation(stream, peer, handler_, options_, log());
  if (draining_) conversation.drain();
  conversation_ = &conversation;
  struct Forget {
    ~Forget() { pointer = nullptr; }
    http::detail::ServerConversation*& pointer;
  } const forget{conversation_};
  conversation.run();
}

void HTTPConnection::drain(Duration quiet) {
  StreamConnection::drain(quiet);
  if (conversation_ != nullptr && conversation_->drain()) end_input();
}

}  // namespace gnet
