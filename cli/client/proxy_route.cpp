#include "cli/client/proxy_route.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>

#include "cli/out/failure.h"
#include "gnet/http/proxy_url.h"
#include "gnet/io/address.h"
#include "gnet/io/socket.h"
#include "gnet/proxy/proxy_header.h"

namespace cli {
namespace {

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// What a proxy is among the layers of an endpoint.
std::string layers_of(const gnet::http::ProxyURL& proxy) {
  if (!proxy.socks()) return proxy.is_secure() ? "connect+tls" : "connect";
  return proxy.scheme() == "socks4" ? "socks4a" : proxy.scheme();
}

gnet::SocketAddress address_by(int (*name)(int, sockaddr*, socklen_t*),
                               const gnet::Socket& socket) {
  gnet::RawAddress address;
  if (name(socket.native_handle(), address.data(), &address.size) != 0) return {};
  return gnet::SocketAddress(address);
}

}  // namespace

bool wants_proxy(const ClientOptions& options) noexcept {
  return !options.proxy.empty() && options.proxy != "none";
}

gnet::Endpoint through_proxy(const gnet::Endpoint& endpoint, const ClientOptions& options) {
  const std::string option = options.named("--proxy");
  if (endpoint.proxy()) {
    throw UsageError(
        fmt::format("{} does not go with {}, which names a proxy", option, endpoint.to_string()));
  }
  if (!endpoint.is_ip() || endpoint.is_datagram() || !endpoint.user().empty()) {
    throw UsageError(fmt::format("{} is for TCP, and not for {}", option, endpoint.to_string()));
  }
  try {
    const auto proxy = gnet::http::ProxyURL::parse(options.proxy);
    std::string scheme;
    for (const gnet::Layer layer : endpoint.layers()) {
      scheme += layer == gnet::Layer::tls ? "tls+" : "ws+";
    }
    std::string user;
    if (!proxy.user().empty()) {
      user =
          fmt::format("{}:{}@", percent_encoded(proxy.user()), percent_encoded(proxy.password()));
    }
    const bool v6 = proxy.host_name().find(':') != std::string_view::npos;
    const std::string url = endpoint.url();
    return gnet::Endpoint::parse(fmt::format("{}{}://{}{}{}{}:{}/{}", scheme, layers_of(proxy),
                                             user, v6 ? "[" : "", proxy.host_name(), v6 ? "]" : "",
                                             proxy.port(), url.substr(url.find("://") + 3)));
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("bad value for {}: {}", option, error.what()));
  }
}

void send_proxy_header(gnet::Socket& socket, const ClientOptions& options, const OnBehalfOf* whom) {
  if (options.send_proxy == SendProxy::off) return;
  const int version = options.send_proxy == SendProxy::v1 ? 1 : 2;
  const OnBehalfOf named = whom != nullptr ? *whom
                                           : OnBehalfOf{address_by(::getsockname, socket),
                                                        address_by(::getpeername, socket)};
  socket.send_all(gnet::proxy::encode_proxy_header(version, named.client, named.server),
                  gnet::Deadline::within(options.connect_timeout));
}

}  // namespace cli
