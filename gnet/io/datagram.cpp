#include "gnet/io/datagram.h"

#include <cerrno>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/io/bind.h"

namespace gnet {

std::size_t max_udp_payload(const Endpoint& endpoint) {
  return endpoint.host().find(':') == std::string_view::npos ? kMaxUDPPayload : kMaxUDPPayload6;
}

DatagramSocket DatagramSocket::bind(const Endpoint& endpoint, const ListenOptions& options) {
  DatagramSocket result;
  if (endpoint.is_unix()) {
    result.socket_ = Socket::open(AF_UNIX, SOCK_DGRAM);
    bind_unix_socket(result.socket_, endpoint,
                     options.unix_mode ? options.unix_mode : endpoint.mode());
  } else {
    bind_ip_socket(result.socket_, endpoint, options.reuse_port);
    result.packet_info_.ask(result.socket_.native_handle());
  }
  return result;
}

DatagramSocket DatagramSocket::connect(const Endpoint& endpoint, Deadline deadline,
                                       const std::optional<Endpoint>& source) {
  const std::string what = "cannot connect to " + endpoint.to_string();
  const auto addresses = addresses_of(endpoint, deadline);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    DatagramSocket result(Socket::open(addresses[i].family(), socket_type(endpoint.transport())));
    const int fd = result.socket_.native_handle();
    if (source) {
      bind_source(result.socket_, addresses_of(*source, deadline).front(), *source);
    } else if (endpoint.is_unix()) {
      // An address chosen by the kernel, so that the server can answer.
      const RawAddress any = SocketAddress::unix_path({}).raw();
      if (::bind(fd, any.data(), any.size) != 0) throw_errno(what);
    }
    const RawAddress to = addresses[i].raw();
    if (::connect(fd, to.data(), to.size) == 0) return result;
    if (i + 1 == addresses.size()) throw_errno(what);
  }
  throw_errno(EADDRNOTAVAIL, what);
}

std::optional<std::size_t> DatagramSocket::receive(void* buffer, std::size_t size,
                                                   SocketAddress& peer, Deadline deadline) {
  // Before it takes a datagram: what an interrupt strikes then is still there for the next one.
  if (socket_.may_read()) socket_.took_turn();
  for (;;) {
    if (!socket_.wait_readable(deadline)) return std::nullopt;
    const ssize_t count = packet_info_.receive(socket_.native_handle(), buffer, size, peer);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) {
      socket_.exhausted();
    } else if (errno != EINTR) {
      throw_errno("receive");
    }
  }
}

std::optional<std::size_t> DatagramSocket::receive(void* buffer, std::size_t size,
                                                   Deadline deadline) {
  SocketAddress peer;
  return receive(buffer, size, peer, deadline);
}

void DatagramSocket::send(std::string_view data, const SocketAddress& peer) {
  send_message(data, &peer);
}

void DatagramSocket::send(std::string_view data) {
  send_message(data, nullptr);
}

void DatagramSocket::send_message(std::string_view data, const SocketAddress* peer) {
  for (;;) {
    socket_.wait_writable();
    const ssize_t count = packet_info_.send(socket_.native_handle(), data, peer);
    if (count >= 0) return;
    // The queue of a unix peer is full: nobody tells when it has room again.
    const bool of_peer = peer != nullptr && peer->family() == AF_UNIX;
    if (errno == EAGAIN && !of_peer) {
      socket_.full();
    } else if (errno != EINTR) {
      throw_errno("send");
    }
  }
}

}  // namespace gnet
