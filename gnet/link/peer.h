// Who has come to an endpoint that listens, whatever kind it is of: a stream of bytes, or messages.
//
//   gnet::link::PeerHandler echo = [](gnet::link::Peer& peer) {
//     char buffer[4096];
//     while (const auto n = peer.stream().receive(buffer, sizeof buffer)) {
//       peer.stream().send_all({buffer, n});
//     }
//   };
//
// Threads: of the fiber that the handler runs in.

#pragma once

#include <memory>

#include "gnet/base/function.h"
#include "gnet/io/any_stream.h"
#include "gnet/link/message_link.h"

namespace gnet {
class Logger;
}

namespace gnet::link {

class Peer {
 public:
  // Bytes, from there. Both have to outlive it.
  Peer(AnyStream& stream, const Endpoint& from, const Logger& log) noexcept
      : stream_(&stream), from_(from), log_(log) {}
  // Messages: a WebSocket, a unixpacket, or the datagrams of one address.
  Peer(std::unique_ptr<MessageLink> messages, const Endpoint& from, const Logger& log) noexcept
      : messages_(std::move(messages)), from_(from), log_(log) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Whether messages() may be called.
  [[nodiscard]] bool has_messages() const noexcept { return stream_ == nullptr; }
  // Throws Misuse where there are none, or once stream() was called.
  [[nodiscard]] MessageLink& messages();
  // The same as bytes, see MessageStream.
  [[nodiscard]] AnyStream& stream();

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return from_; }
  [[nodiscard]] const Logger& log() const noexcept { return log_; }

 private:
  AnyStream* stream_ = nullptr;
  AnyStream own_;
  std::unique_ptr<MessageLink> messages_;
  const Endpoint& from_;
  const Logger& log_;
};

// Serves one peer, in a fiber of its own; when it returns the peer is closed.
using PeerHandler = std::function<void(Peer& peer)>;

}  // namespace gnet::link
