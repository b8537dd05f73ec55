#include "cli/server/socket_stock.h"

#include <algorithm>
#include <asio/ip/address.hpp>

#include "gnet/protocol/tcp_server_factory.h"
#include "gnet/protocol/udp_server_factory.h"

namespace cli {
namespace {

bool is_there(const gnet::Endpoint& local, const gnet::Endpoint& wanted) {
  if (local.transport() != wanted.transport()) return false;
  if (local.is_unix()) return local.path() == wanted.path();
  if (wanted.port() != 0 && wanted.port() != local.port()) return false;
  const auto here = local.address();
  const auto there = wanted.address();
  if (here && wanted.host() == "*") return here->is_unspecified();
  return !here || !there || *here == *there;
}

template <typename Socket>
std::optional<Socket> take(std::vector<Socket>& stock, const gnet::Endpoint& wanted) {
  const auto found = std::ranges::find_if(
      stock, [&](const Socket& one) { return is_there(one.local_endpoint(), wanted); });
  if (found == stock.end()) return std::nullopt;
  std::optional<Socket> socket(std::move(*found));
  stock.erase(found);
  return socket;
}

}  // namespace

void SocketStock::take_over(gnet::Factory& factory) {
  if (auto* const streams = dynamic_cast<gnet::TCPServerFactory*>(&factory)) {
    if (streams->closed()) return;
    streams->pause();
    listeners_.push_back(std::move(streams->listener()));
  } else if (auto* const packets = dynamic_cast<gnet::UDPServerFactory*>(&factory)) {
    if (packets->closed()) return;
    packets->pause();
    datagrams_.push_back(std::move(packets->socket()));
  }
}

std::optional<gnet::Listener> SocketStock::listener(const gnet::Endpoint& wanted) {
  return take(listeners_, wanted);
}

std::optional<gnet::DatagramSocket> SocketStock::datagrams(const gnet::Endpoint& wanted) {
  return take(datagrams_, wanted);
}

}  // namespace cli
