#include "cli/server/reflection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/ip/address.hpp>

#include "gnet/base/unique_fd.h"

namespace cli {
namespace {

constexpr std::array<std::uint16_t, 5> kSmallServices = {7, 13, 17, 19, 37};

// Whatever can be bound is an address of this machine.
bool is_own(const asio::ip::address& address) {
  if (address.is_loopback()) return true;
  const gnet::SocketAddress any_port(address, 0);
  const gnet::RawAddress raw = any_port.raw();
  const gnet::UniqueFd probe(socket(any_port.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return probe && bind(probe.get(), raw.data(), raw.size) == 0;
}

}  // namespace

bool answers_back(const gnet::SocketAddress& sender, const std::set<std::uint16_t>& own_ports) {
  const auto address = sender.ip();
  if (!address) return false;
  if (std::ranges::find(kSmallServices, sender.port()) != kSmallServices.end()) return true;
  return own_ports.contains(sender.port()) && is_own(*address);
}

}  // namespace cli
