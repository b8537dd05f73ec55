// A socket that sends and receives datagrams: UDP or a unix datagram socket.
//
//   gnet::DatagramSocket socket = gnet::DatagramSocket::bind("udp-l://:0");
//   gnet::SocketAddress peer;
//   while (auto n = socket.receive(buffer, sizeof buffer, peer)) {
//     socket.send({buffer, *n}, peer);
//   }
//
// Threads: a DatagramSocket belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gnet/io/address.h"
#include "gnet/io/listener.h"
#include "gnet/io/packet_info.h"
#include "gnet/io/socket.h"

namespace gnet {

// The most bytes that a datagram of UDP carries: what the 16 bits of a length leave beside the
// headers, over IPv4 those of UDP and IP (RFC 768, RFC 791), over IPv6 that of UDP (RFC 8200).
inline constexpr std::size_t kMaxUDPPayload = 65'507;
inline constexpr std::size_t kMaxUDPPayload6 = 65'527;

// That of a datagram to `endpoint`: a name may stand for either, so it is the smaller one then.
[[nodiscard]] std::size_t max_udp_payload(const Endpoint& endpoint);

class DatagramSocket {
 public:
  DatagramSocket() noexcept = default;

  // A socket that receives what is sent to `endpoint`. Throws std::system_error.
  static DatagramSocket bind(const Endpoint& endpoint, const ListenOptions& options = {});

  // A socket that exchanges datagrams with `endpoint` only. Suspends while a name
  // is resolved.
  static DatagramSocket connect(const Endpoint& endpoint, Deadline deadline = Deadline::never(),
                                const std::optional<Endpoint>& source = std::nullopt);

  // Takes over a bound descriptor.
  explicit DatagramSocket(UniqueFd fd) : socket_(std::move(fd)) {
    packet_info_.ask(socket_.native_handle());
  }

  DatagramSocket(DatagramSocket&&) noexcept = default;
  DatagramSocket& operator=(DatagramSocket&&) noexcept = default;

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }

  // Suspends until a datagram is there; its size, which may be larger than `size`:
  // then the rest of it is lost. The sender is stored in `peer`, with the address at
  // which it has asked a socket of all interfaces. Nothing at the deadline.
  std::optional<std::size_t> receive(void* buffer, std::size_t size, SocketAddress& peer,
                                     Deadline deadline = Deadline::never());
  std::optional<std::size_t> receive(void* buffer, std::size_t size,
                                     Deadline deadline = Deadline::never());

  // Sends one datagram; suspends while the kernel has no room. To a peer from receive() it
  // leaves from the address at which that has asked. Throws
  // std::system_error: message_size for one that is too large, and
  // resource_unavailable_try_again for a unix peer whose queue is full.
  void send(std::string_view data, const SocketAddress& peer);
  void send(std::string_view data);

  // Removes the path of a unix socket as a Listener does.
  void close() noexcept { socket_.close(); }

  [[nodiscard]] Endpoint local_endpoint() const { return socket_.local_endpoint(); }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }

 private:
  explicit DatagramSocket(Socket socket) noexcept : socket_(std::move(socket)) {}

  void send_message(std::string_view data, const SocketAddress* peer);

  Socket socket_;
  detail::PacketInfo packet_info_;
};

}  // namespace gnet
