// Sockets that listen, on their way from one server to the next: what comes meanwhile waits in the
// kernel, and nobody is refused.
//
//   SocketStock stock;
//   stock.take_over(*old_factory);                      // it accepts no more
//   auto listener = stock.listener(endpoint);           // for the new one
//
// Threads: belongs to the hub of the servers.

#pragma once

#include <optional>
#include <vector>

#include "gnet/io/datagram.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/listener.h"
#include "gnet/protocol/factory.h"

namespace cli {

class SocketStock {
 public:
  // The sockets of a server, which has none from then on: answers to datagrams that it has put off
  // are lost. Suspends until it has stopped accepting.
  void take_over(gnet::Factory& factory);

  // The one that listens where the endpoint says, on any port if that is 0; nothing: there is none.
  [[nodiscard]] std::optional<gnet::Listener> listener(const gnet::Endpoint& wanted);
  [[nodiscard]] std::optional<gnet::DatagramSocket> datagrams(const gnet::Endpoint& wanted);

 private:
  std::vector<gnet::Listener> listeners_;
  std::vector<gnet::DatagramSocket> datagrams_;
};

}  // namespace cli
