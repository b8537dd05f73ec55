// Where a server listens: an address in any form that people write, or a socket that is
// bound already.
//
// What StreamServer and DatagramServer take as their first argument.
//
//   gnet::StreamServer a({"127.0.0.1", 5000}, handle);   // host and port; "" is loopback, as below
//   gnet::StreamServer b("*:5000", handle);              // any text of an Endpoint
//   gnet::StreamServer c(5000, handle);                  // that port on loopback
//   gnet::StreamServer d(std::move(listener), handle);   // a Listener, or a descriptor
//
// What is not an address is refused here, with an error that names it: BadEndpoint, or Misuse
// for a descriptor.
//
// Threads: as the socket, if there is one.

#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>

#include "gnet/base/unique_fd.h"
#include "gnet/io/datagram.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/listener.h"

namespace gnet {

// Bound is Listener or DatagramSocket.
template <typename Bound>
class ServerAddress {
 public:
  ServerAddress(Endpoint endpoint);  // NOLINT: implicit on purpose, as all of them
  template <typename Text>
  requires std::convertible_to<const Text&, std::string_view> ServerAddress(const Text& text)
      : ServerAddress(Endpoint::parse(text, kTransport)) {}
  ServerAddress(int port);
  ServerAddress(std::string_view host, int port);
  ServerAddress(Bound socket);
  ServerAddress(UniqueFd fd);

  // Nothing when it was given as a socket.
  [[nodiscard]] const std::optional<Endpoint>& endpoint() const noexcept { return endpoint_; }

  // The socket that was given, once; or a new one that is bound, and listens. Throws
  // std::system_error, and Misuse where there is none to give any more.
  [[nodiscard]] Bound open(const ListenOptions& options);

 private:
  static constexpr Transport kTransport =
      std::same_as<Bound, Listener> ? Transport::tcp : Transport::udp;

  std::optional<Endpoint> endpoint_;
  Bound socket_;
};

extern template class ServerAddress<Listener>;
extern template class ServerAddress<DatagramSocket>;

}  // namespace gnet
