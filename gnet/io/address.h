// The address of a socket, this side's or the peer's: IPv4, IPv6 or unix.
//
// It is what accept(), recvfrom() and getpeername() tell, as a small value: an IP address is held
// inline, and only the name of a unix socket lies elsewhere, where copies share it. So whatever
// belongs to a connection or to a datagram can keep one, and none of it allocates but for unix
// sockets that have a name. Endpoint is what people write; this is what the kernel knows.
//
//   gnet::RawAddress from;
//   ::recvfrom(fd, buffer, size, 0, from.data(), &from.size);
//   const gnet::SocketAddress peer(from);
//   log.info("{} says hello", peer.short_name());     // 127.0.0.1:53144
//   const gnet::RawAddress to = peer.raw();
//   ::sendto(fd, "hello", 5, 0, to.data(), to.size);
//
// Threads: may be used from any; an address is a plain value.

#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/deadline.h"

namespace asio::ip {
class address;
}

namespace gnet {

class Endpoint;
enum class Transport : std::uint8_t;

// An address as system calls take and fill it. New, it has room for any.
struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* data() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

class SocketAddress {
 public:
  // No address: of the family AF_UNSPEC.
  SocketAddress() noexcept = default;

  // What a system call has filled in. Of other families than AF_INET, AF_INET6 and AF_UNIX nothing
  // but the family is kept.
  explicit SocketAddress(const RawAddress& raw) : SocketAddress(raw.data(), raw.size) {}
  SocketAddress(const sockaddr* address, socklen_t size);

  SocketAddress(const asio::ip::address& address, std::uint16_t port) noexcept;

  // A path in the file system, or an abstract name if it starts with '@'. Throws
  // std::invalid_argument when it does not fit (107 bytes, without the '@').
  [[nodiscard]] static SocketAddress unix_path(std::string_view path);

  // AF_INET, AF_INET6 or AF_UNIX. An IPv4 peer of a dual-stack socket is of AF_INET6.
  [[nodiscard]] int family() const noexcept { return family_; }
  [[nodiscard]] bool is_unix() const noexcept { return family_ == AF_UNIX; }

  // IPv4 also where it comes mapped into IPv6. Nothing of a unix socket.
  [[nodiscard]] std::optional<asio::ip::address> ip() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }  // 0 of a unix socket

  // Of a unix socket; abstract names start with '@'. Empty for a nameless one, as a client's
  // usually is, and for IP addresses.
  [[nodiscard]] std::string path() const;

  // As an Endpoint of this transport. For a unix socket tcp stands for unix_stream, and udp for
  // unix_datagram. Throws BadEndpoint for no address, or one of another family.
  [[nodiscard]] Endpoint endpoint(Transport transport) const;

  // As it stands in log lines: "127.0.0.1:53144", "[::1]:80", "/run/x.sock", "@name". Empty for a
  // nameless unix socket, and for no address.
  [[nodiscard]] std::string short_name() const;

  // Of a datagram's sender: where it was sent to, for an answer; see packet_info.h. Null for none.
  // Copies have it too, and it is not compared.
  [[nodiscard]] const std::string* packet_info() const noexcept {
    return is_unix() ? nullptr : extra_.get();
  }
  void packet_info(std::shared_ptr<const std::string> info) noexcept {
    if (!is_unix()) extra_ = std::move(info);
  }

  // For bind(), connect() and sendto(). Of size 0 for no address, or one of another family.
  [[nodiscard]] RawAddress raw() const noexcept;

  // Equal if the kernel takes both for the same: an IPv4 address and the same one mapped into IPv6
  // differ, although their ip() is equal.
  friend bool operator==(const SocketAddress& a, const SocketAddress& b) noexcept;
  friend std::strong_ordering operator<=>(const SocketAddress& a, const SocketAddress& b) noexcept;

 private:
  // As sun_path has it, without the end of a path: an abstract name starts with NUL.
  [[nodiscard]] std::string_view name() const noexcept {
    return is_unix() && extra_ ? std::string_view(*extra_) : std::string_view();
  }

  std::array<unsigned char, 16> bytes_{};  // of IPv4 the first four
  std::uint32_t scope_ = 0;                // the interface of a link-local IPv6 address
  std::uint16_t port_ = 0;
  sa_family_t family_ = AF_UNSPEC;
  // Of a unix socket its name, null for none; of others packet_info().
  std::shared_ptr<const std::string> extra_;
};

// SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET.
[[nodiscard]] int socket_type(Transport transport) noexcept;

// The addresses that an endpoint names, in the resolver's order: one for a unix
// socket or a numeric host. Suspends only while a name is resolved; throws
// ResolveError, and std::invalid_argument for a path that does not fit.
[[nodiscard]] std::vector<SocketAddress> addresses_of(const Endpoint& endpoint,
                                                      Deadline deadline = Deadline::never());

}  // namespace gnet
