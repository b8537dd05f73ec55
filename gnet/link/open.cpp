#include "gnet/link/open.h"

#include <fmt/format.h>

#include <asio/ip/address.hpp>

#include <utility>

#include "gnet/base/stopwatch.h"
#include "gnet/http/auth.h"
#include "gnet/io/address.h"
#include "gnet/io/datagram.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_stream.h"
#include "gnet/link/local_stream.h"
#include "gnet/link/through_proxy.h"
#include "gnet/ws/web_socket.h"

namespace gnet::link {
namespace {

using gnet::detail::Stopwatch;

// One opening: what of it has to be done by when.
class Opening {
 public:
  Opening(const Endpoint& endpoint, const OpenOptions& options)
      : endpoint_(endpoint), options_(options), deadline_(options.connect.limit()) {
    endpoint.check_connects();
    if (endpoint.is_listen() && !endpoint.is_local()) {
      throw BadEndpoint(endpoint.url(), "this is the listening side");
    }
  }

  // What is below ws.
  AnyStream bytes() {
    // Files are read before anybody is called.
    const auto outer = is_outer_tls() ? TLSContext::client_for(endpoint_, options_.tls)
                                      : std::optional<TLSContext>();
    AnyStream stream = connect();
    const auto& layers = endpoint_.layers();
    bool through = !endpoint_.proxy();
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      if (is_proxy(*layer)) {
        const Stopwatch watch(timings_.proxy);
        stream = through_proxy(std::move(stream), endpoint_, deadline_);
        through = true;
      } else if (*layer == Layer::tls) {
        stream = through ? secure(std::move(stream), *outer, server_name())
                         : secure(std::move(stream), TLSContext::client(), proxy_name());
      }
    }
    return stream;
  }

  ws::WebSocket web_socket() {
    ws::ConnectOptions options = options_.ws;
    options.socket.half_close = true;
    if (!endpoint_.proxy() && !endpoint_.user().empty() && !options.headers.has("Authorization")) {
      options.headers.set("Authorization",
                          http::basic_authorization(endpoint_.user(), endpoint_.password()));
    }
    AnyStream stream = bytes();
    options.timeout = deadline_.is_never() ? Duration::zero() : deadline_.remaining();
    if (deadline_.passed()) throw_timed_out(what(), began_);
    const Stopwatch watch(timings_.upgrade);
    return ws::connect_on(std::move(stream), url(), options);
  }

  DatagramSocket datagrams() {
    const auto& addresses = options_.connect.addresses;
    const Endpoint where =
        addresses.empty() ? endpoint_ : addresses.front().endpoint(endpoint_.transport());
    return DatagramSocket::connect(where, deadline_, options_.connect.source);
  }

 private:
  [[nodiscard]] std::string what() const { return "cannot connect to " + endpoint_.to_string(); }

  [[nodiscard]] bool is_outer_tls() const {
    for (const Layer layer : endpoint_.layers()) {
      if (layer == Layer::tls) return true;
      if (is_proxy(layer)) return false;
    }
    return false;
  }

  AnyStream connect() {
    ConnectOptions options = options_.connect;
    options.deadline = deadline_;
    const Endpoint below = endpoint_.without_layers();
    if (options.addresses.empty() && below.is_ip() && !below.address()) {
      const Stopwatch watch(timings_.resolve);
      options.addresses = addresses_of(below, deadline_);
    }
    const Stopwatch watch(timings_.connect);
    Stream stream = gnet::detail::connect_below(below, options);
    if (endpoint_.transport() == Transport::tcp) stream.socket().set_no_delay(true);
    if (options_.set_up) options_.set_up(stream.socket());
    return stream;
  }

  AnyStream secure(AnyStream stream, const TLSContext& context, const std::string& name) {
    const Stopwatch watch(timings_.tls);
    TLSStream secured(std::move(stream), context, name);
    secured.handshake(deadline_);
    return secured;
  }

  [[nodiscard]] std::string server_name() const {
    return options_.server_name.empty() ? endpoint_.server_name() : options_.server_name;
  }
  [[nodiscard]] std::string proxy_name() const {
    return endpoint_.is_unix() ? "localhost" : endpoint_.host();
  }

  // Of the request: whom the server is to be is said by the host.
  [[nodiscard]] http::URL url() const {
    const bool named = endpoint_.is_ip() || endpoint_.proxy();
    const std::string& host = endpoint_.target_host();
    const bool v6 = host.find(':') != std::string::npos;
    const bool secured = is_outer_tls();
    const std::string target =
        endpoint_.request_target().empty() ? "/" : endpoint_.request_target();
    if (!named) return http::URL(fmt::format("{}://localhost{}", secured ? "wss" : "ws", target));
    return http::URL(fmt::format("{}://{}{}{}:{}{}", secured ? "wss" : "ws", v6 ? "[" : "",
                                 host.substr(0, host.find('%')), v6 ? "]" : "",
                                 endpoint_.target_port(), target));
  }

  const Endpoint& endpoint_;
  const OpenOptions& options_;
  OpenTimings unasked_;
  OpenTimings& timings_ = options_.timings != nullptr ? *options_.timings : unasked_;
  const TimePoint began_ = Clock::now();
  const Deadline deadline_;
};

}  // namespace

AnyStream open_stream(const Endpoint& endpoint, const OpenOptions& options) {
  if (endpoint.has_messages()) {
    const std::size_t most = endpoint.is_datagram() ? 1400 : std::size_t{64} * 1024;
    return MessageStream(open_messages(endpoint, options), options.ws_kind, most);
  }
  Opening opening(endpoint, options);
  return endpoint.is_local() ? open_local(endpoint) : opening.bytes();
}

std::unique_ptr<MessageLink> open_messages(const Endpoint& endpoint, const OpenOptions& options) {
  Opening opening(endpoint, options);
  if (endpoint.is_ws()) return link_of(opening.web_socket());
  if (endpoint.is_datagram()) return link_of(opening.datagrams(), options.refusals);
  if (endpoint.has_messages()) return link_of_packets(opening.bytes());
  throw BadEndpoint(endpoint.url(), "it has bytes, and no messages: ws, udp and unixpacket have");
}

ws::WebSocket open_web_socket(const Endpoint& endpoint, const OpenOptions& options) {
  if (!endpoint.is_ws()) throw BadEndpoint(endpoint.url(), "this is no WebSocket");
  return Opening(endpoint, options).web_socket();
}

}  // namespace gnet::link
