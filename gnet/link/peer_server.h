// What gives Peers: the connections of an endpoint that listens, and the sessions of one of
// datagrams.
//
//   auto connection = gnet::link::peer_connection("ws-l://:8080/chat", handler, options);
//   gnet::link::DatagramPeers sessions("udp-l://:53?idle=60s", handler);
//
// A factory that is to serve such peers returns a peer_connection() from build_connection(): it
// accepts, counts, drains and cuts them like any other. TLS is the factory's affair, too.
//
// Threads: as gnet::Connection and gnet::UDPServerFactory.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gnet/base/unique_function.h"
#include "gnet/link/peer.h"
#include "gnet/protocol/connection.h"
#include "gnet/protocol/udp_server_factory.h"
#include "gnet/ws/web_socket_server.h"

namespace gnet::link {

struct PeerOptions {
  // Of WebSockets. A request for another path than that of the endpoint, if it has one, is answered
  // with 404.
  ws::AcceptOptions ws = {};
};

// A connection of `endpoint`, which says whether it is one of ws, of messages (unixpacket), or of
// bytes. All three have to outlive it.
[[nodiscard]] std::unique_ptr<Connection> peer_connection(const Endpoint& endpoint,
                                                          PeerHandler& handler,
                                                          const PeerOptions& options);

// A session for each address that datagrams come from. It ends when the handler returns, or when
// nothing has gone either way for the endpoint's ?idle= (60s): then receive() gives nothing.
// Datagrams that come for a session that does not take them are dropped when there are 256, or 64
// MiB for all sessions.
class DatagramPeers : public UDPServerFactory {
 public:
  DatagramPeers(ServerAddress<DatagramSocket> address, PeerHandler handler, Duration idle,
                ListenOptions options = {});
  ~DatagramPeers() override;

  // Sessions at a time; datagrams of others are dropped meanwhile.
  std::size_t max_sessions = 10'000;

  void datagram_received(std::string_view data, const SocketAddress& peer) override;
  // What sessions are at may go on until `grace`; one that has been silent for a second is over.
  // Returns how many were cut.
  std::size_t wind_up(Deadline grace) override;

  [[nodiscard]] FactoryCounters counters() const override;

 protected:
  // Whether to serve this peer. Must not suspend.
  virtual bool admit(const SocketAddress& peer) {
    static_cast<void>(peer);
    return true;
  }
  virtual void session_gone(const SocketAddress& peer) noexcept { static_cast<void>(peer); }

 private:
  class Session;
  struct Sessions;

  void run(const std::shared_ptr<Session>& session);

  std::unique_ptr<Sessions> sessions_;
};

}  // namespace gnet::link
