#include "gnet/link/peer.h"

#include "gnet/base/error.h"

namespace gnet::link {

MessageLink& Peer::messages() {
  if (!messages_) throw Misuse("a peer that has no messages, or whose stream was asked for");
  return *messages_;
}

AnyStream& Peer::stream() {
  if (stream_ == nullptr) {
    own_ = MessageStream(std::move(messages_));
    stream_ = &own_;
  }
  return *stream_;
}

}  // namespace gnet::link
