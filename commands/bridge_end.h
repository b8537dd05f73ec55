// One side of a pair that gnet bridge joins: a stream of bytes or a conversation in messages, and
// whom it is with.
//
//   BridgeEnd left(peer, "ws-l://:8080");                  // who has come
//   BridgeEnd right = BridgeEnd::open(dialler);            // whom it has called
//
// Threads: of one hub.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/client/dialler.h"
#include "cli/client/proxy_route.h"
#include "gnet/io/address.h"
#include "gnet/link/framed_link.h"
#include "gnet/link/peer.h"

namespace commands {

class BridgeEnd {
 public:
  // The peer, which has come to an endpoint of this kind, has to outlive it.
  BridgeEnd(gnet::link::Peer& peer, const gnet::Endpoint& here);

  // Suspends until it is open; throws as the Dialler does. For whom it is may be said to the
  // other side.
  [[nodiscard]] static BridgeEnd open(const cli::Dialler& dialler,
                                      const cli::OnBehalfOf* whom = nullptr);

  [[nodiscard]] bool has_messages() const noexcept { return messages_ != nullptr; }
  // A WebSocket that was called.
  [[nodiscard]] bool is_called_web_socket() const noexcept { return is_ws_ && !has_come_; }
  [[nodiscard]] bool is_web_socket() const noexcept { return is_ws_; }

  [[nodiscard]] gnet::AnyStream& stream() noexcept { return *stream_; }
  // The messages of a stream are told apart by the framing.
  [[nodiscard]] gnet::link::MessageLink& messages(gnet::link::Framing framing);

  // "tcp://127.0.0.1:53144", and its address, which programs and files have not.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] gnet::SocketAddress address() const;

  // For one that has come: who it is, and where it has come to. A PROXY header may have told.
  [[nodiscard]] const cli::OnBehalfOf& client() const noexcept { return client_; }

  // How a WebSocket has ended.
  [[nodiscard]] std::optional<gnet::ws::Closed> closed() const;

  // Whether the peer has ended it while nobody looked.
  [[nodiscard]] bool has_gone();

  // Ends both sides. A stream of which nothing is known to be complete is given a second to be
  // read, so that what was sent is not lost.
  void close(gnet::ws::CloseCode code, std::string_view reason, bool complete);
  // The peer sees a reset, where there is such a thing.
  void abort() noexcept;

 private:
  BridgeEnd() = default;

  std::string name_;
  cli::OnBehalfOf client_;
  bool has_come_ = false;
  bool is_ws_ = false;
  bool is_program_ = false;
  std::unique_ptr<gnet::AnyStream> own_stream_;
  std::unique_ptr<gnet::link::MessageLink> own_messages_;
  gnet::AnyStream* stream_ = nullptr;
  gnet::link::MessageLink* messages_ = nullptr;
  std::unique_ptr<gnet::link::FramedLink> framed_;
};

}  // namespace commands
