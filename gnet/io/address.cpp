#include "gnet/io/address.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <tuple>

#include "gnet/base/error.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/resolver.h"

namespace gnet {
namespace {

// All that the kernel says of such an address is that it is invalid.
void check_interface(const Endpoint& endpoint, const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().scope_id() != 0) return;
  const std::string& host = endpoint.host();
  const std::size_t percent = host.find('%');
  const bool is_named = percent != std::string::npos;
  const bool is_local =
      address.to_v6().is_link_local() || address.to_v6().is_multicast_link_local();
  const auto fail = [&](std::errc code, const std::string& reason) {
    throw SystemError(std::make_error_code(code), "cannot use " + endpoint.short_name(), reason);
  };
  if (is_named && !is_local) {
    fail(
        std::errc::invalid_argument,
        fmt::format("only a link-local address has an interface, not {}", host.substr(0, percent)));
  }
  if (is_named) {
    fail(std::errc::no_such_device,
         fmt::format("there is no interface '{}'", host.substr(percent + 1)));
  }
  if (address.to_v6().is_link_local()) {
    fail(std::errc::invalid_argument,
         fmt::format("a link-local address needs its interface, as in {}%eth0", host));
  }
}

// Written as IPv6, it is still an address of IPv4: a socket for IPv6 alone does not take it.
asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) {
  // The sender of a datagram that has no address comes with a size of 0.
  if (size < sizeof(sa_family_t)) return;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    if (size < sizeof v4) return;
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(bytes_.data(), &v4.sin_addr, sizeof v4.sin_addr);
    port_ = ntohs(v4.sin_port);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    if (size < sizeof v6) return;
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(bytes_.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    scope_ = v6.sin6_scope_id;
    port_ = ntohs(v6.sin6_port);
  } else if (address->sa_family == AF_UNIX) {
    const char* name = reinterpret_cast<const char*>(address) + offsetof(sockaddr_un, sun_path);
    std::size_t length = std::max<std::size_t>(size, offsetof(sockaddr_un, sun_path)) -
                         offsetof(sockaddr_un, sun_path);
    // All of an abstract name counts; a path ends at a NUL, or where there is no room for one.
    if (length > 0 && name[0] != '\0') length = ::strnlen(name, length);
    if (length > 0) extra_ = std::make_shared<const std::string>(name, length);
  }
  family_ = address->sa_family;
}

SocketAddress::SocketAddress(const asio::ip::address& address, std::uint16_t port) noexcept
    : port_(port), family_(address.is_v4() ? AF_INET : AF_INET6) {
  if (address.is_v4()) {
    std::ranges::copy(address.to_v4().to_bytes(), bytes_.begin());
  } else {
    std::ranges::copy(address.to_v6().to_bytes(), bytes_.begin());
    scope_ = static_cast<std::uint32_t>(address.to_v6().scope_id());
  }
}

SocketAddress SocketAddress::unix_path(std::string_view path) {
  // A path needs room for its terminator; an abstract name starts with one instead.
  const bool abstract = path.starts_with('@');
  if (path.size() - (abstract ? 1 : 0) >= sizeof(sockaddr_un::sun_path)) {
    throw std::invalid_argument(
        fmt::format("{} is too long for a unix socket (107 bytes at most)", path));
  }
  // In an abstract name, which the kernel counts, it means nothing.
  if (!path.starts_with('@') && !path.starts_with('\0') && path.find('\0') != path.npos) {
    throw std::invalid_argument("the path of a unix socket holds a NUL byte");
  }
  SocketAddress result;
  result.family_ = AF_UNIX;
  if (path.empty()) return result;
  std::string name(path);
  if (abstract) name.front() = '\0';
  result.extra_ = std::make_shared<const std::string>(std::move(name));
  return result;
}

std::optional<asio::ip::address> SocketAddress::ip() const noexcept {
  if (family_ == AF_INET) {
    asio::ip::address_v4::bytes_type bytes;
    std::copy_n(bytes_.begin(), bytes.size(), bytes.begin());
    return asio::ip::address_v4(bytes);
  }
  if (family_ != AF_INET6) return std::nullopt;
  asio::ip::address_v6::bytes_type bytes;
  std::ranges::copy(bytes_, bytes.begin());
  const asio::ip::address_v6 address(bytes, scope_);
  if (!address.is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address);
}

std::string SocketAddress::path() const {
  std::string path(name());
  if (!path.empty() && path.front() == '\0') path.front() = '@';
  return path;
}

Endpoint SocketAddress::endpoint(Transport transport) const {
  if (const auto address = ip()) return Endpoint::of(transport, *address, port_);
  if (!is_unix()) throw BadEndpoint({}, fmt::format("unknown address family {}", family_));
  Endpoint endpoint;
  endpoint.transport_ = transport == Transport::tcp   ? Transport::unix_stream
                        : transport == Transport::udp ? Transport::unix_datagram
                                                      : transport;
  endpoint.name_ = path();
  return endpoint;
}

std::string SocketAddress::short_name() const {
  if (family_ != AF_INET && family_ != AF_INET6) return path();
  return endpoint(Transport::tcp).short_name();
}

RawAddress SocketAddress::raw() const noexcept {
  RawAddress raw;
  raw.storage.ss_family = family_;
  if (family_ == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(raw.storage);
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), sizeof v4.sin_addr);
    raw.size = sizeof v4;
  } else if (family_ == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(raw.storage);
    v6.sin6_port = htons(port_);
    std::memcpy(&v6.sin6_addr, bytes_.data(), sizeof v6.sin6_addr);
    v6.sin6_scope_id = scope_;
    raw.size = sizeof v6;
  } else if (family_ == AF_UNIX) {
    auto& local = reinterpret_cast<sockaddr_un&>(raw.storage);
    const std::string_view text = name();
    const std::size_t length = std::min(text.size(), sizeof local.sun_path);
    if (length > 0) std::memcpy(local.sun_path, text.data(), length);
    // The terminator of a path counts, if there is room for it.
    const bool ends = length > 0 && length < sizeof local.sun_path && text.front() != '\0';
    raw.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length + (ends ? 1 : 0));
  } else {
    raw.size = 0;
  }
  return raw;
}

bool operator==(const SocketAddress& a, const SocketAddress& b) noexcept {
  return (a <=> b) == 0;
}

std::strong_ordering operator<=>(const SocketAddress& a, const SocketAddress& b) noexcept {
  const auto key = [](const SocketAddress& address) {
    return std::tuple(address.family_, address.bytes_, address.port_, address.scope_,
                      address.name());
  };
  return key(a) <=> key(b);
}

int socket_type(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp:
    case Transport::unix_datagram:
      return SOCK_DGRAM;
    case Transport::unix_seqpacket:
      return SOCK_SEQPACKET;
    default:
      return SOCK_STREAM;
  }
}

std::vector<SocketAddress> addresses_of(const Endpoint& endpoint, Deadline deadline) {
  if (endpoint.is_unix()) return {SocketAddress::unix_path(endpoint.path())};
  if (const auto address = endpoint.address()) {
    check_interface(endpoint, *address);
    return {SocketAddress(unmapped(*address), endpoint.port())};
  }
  std::vector<SocketAddress> result;
  for (const auto& address : resolve(endpoint.host(), endpoint.family(), deadline)) {
    result.emplace_back(address, endpoint.port());
  }
  return result;
}

}  // namespace gnet
