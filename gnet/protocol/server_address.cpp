#include "gnet/protocol/server_address.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include "gnet/base/error.h"

namespace gnet {
namespace {

template <typename Bound>
constexpr bool kStreams = std::same_as<Bound, Listener>;

int socket_option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, name, &value, &size) != 0) {
    throw_errno(fmt::format("cannot serve descriptor {}", fd));
  }
  return value;
}

// What any other socket would answer at the first attempt to use it, and for ever.
template <typename Bound>
UniqueFd checked(UniqueFd fd) {
  const bool fits = kStreams<Bound> ? socket_option(fd.get(), SO_ACCEPTCONN) != 0
                                    : socket_option(fd.get(), SO_TYPE) == SOCK_DGRAM;
  if (!fits) {
    throw Misuse(fmt::format("cannot serve descriptor {}: it {}", fd.get(),
                             kStreams<Bound> ? "does not listen" : "is no datagram socket"));
  }
  return fd;
}

std::uint16_t checked_port(std::string_view host, int port) {
  if (port < 0 || port > 0xffff) {
    throw BadEndpoint(fmt::format("{}:{}", host, port), "port must be 0-65535");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

template <typename Bound>
ServerAddress<Bound>::ServerAddress(Endpoint endpoint) : endpoint_(std::move(endpoint)) {
  endpoint_->check_listens();
  if (endpoint_->is_local()) throw BadEndpoint(endpoint_->url(), "this is no address of a socket");
  if (endpoint_->has_connections() == kStreams<Bound>) return;
  throw BadEndpoint(endpoint_->url(), kStreams<Bound> ? "a server of streams has no datagrams"
                                                      : "a server of datagrams has no streams");
}

template <typename Bound>
ServerAddress<Bound>::ServerAddress(int port) : ServerAddress("", port) {}

template <typename Bound>
ServerAddress<Bound>::ServerAddress(std::string_view host, int port)
    : ServerAddress(
          Endpoint::of(kTransport, host.empty() ? "127.0.0.1" : host, checked_port(host, port))) {}

template <typename Bound>
ServerAddress<Bound>::ServerAddress(Bound socket) : socket_(std::move(socket)) {
  if (!socket_.is_open()) throw Misuse("cannot serve a socket that is closed");
}

template <typename Bound>
ServerAddress<Bound>::ServerAddress(UniqueFd fd) : socket_(checked<Bound>(std::move(fd))) {}

template <typename Bound>
Bound ServerAddress<Bound>::open(const ListenOptions& options) {
  if (socket_.is_open()) return std::exchange(socket_, Bound());
  if (!endpoint_) throw Misuse("the server's socket is closed, and it has no address for another");
  if constexpr (kStreams<Bound>) {
    return Listener(*endpoint_, options);
  } else {
    return DatagramSocket::bind(*endpoint_, options);
  }
}

template class ServerAddress<Listener>;
template class ServerAddress<DatagramSocket>;

}  // namespace gnet
