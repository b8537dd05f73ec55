#include "gnet/io/lookup.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace gnet::detail {
namespace {

std::optional<asio::ip::address> to_address(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return asio::ip::address_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return asio::ip::address_v6(bytes, in.sin6_scope_id);
  }
  return std::nullopt;
}

}  // namespace

void add_address(std::vector<asio::ip::address>& addresses, const sockaddr* address) {
  const auto ip = to_address(address);
  if (ip && std::find(addresses.begin(), addresses.end(), *ip) == addresses.end()) {
    addresses.push_back(*ip);
  }
}

}  // namespace gnet::detail
