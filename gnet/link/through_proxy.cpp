#include "gnet/link/through_proxy.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "gnet/http/auth.h"
#include "gnet/http/connect_tunnel.h"
#include "gnet/proxy/proxy_error.h"
#include "gnet/proxy/socks_client.h"

namespace gnet::link {
namespace {

std::string target_of(const Endpoint& endpoint) {
  const std::string& host = endpoint.target_host();
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", endpoint.target_port());
}

AnyStream by_http(AnyStream stream, const Endpoint& endpoint, Deadline deadline) {
  http::TunnelOptions options;
  if (!endpoint.user().empty()) {
    options.authorization = http::basic_authorization(endpoint.user(), endpoint.password());
  }
  return http::connect_tunnel(std::move(stream), target_of(endpoint), options, deadline);
}

proxy::Socks kind_of(Layer layer) {
  switch (layer) {
    case Layer::socks4a:
      return proxy::Socks::v4a;
    case Layer::socks5h:
      return proxy::Socks::v5h;
    default:
      return proxy::Socks::v5;
  }
}

}  // namespace

AnyStream through_proxy(AnyStream stream, const Endpoint& endpoint, Deadline deadline) {
  const Layer layer = endpoint.proxy().value();
  try {
    if (layer == Layer::connect) return by_http(std::move(stream), endpoint, deadline);
    proxy::socks_connect(stream, kind_of(layer), {endpoint.target_host(), endpoint.target_port()},
                         {endpoint.user(), endpoint.password()}, deadline);
    return stream;
  } catch (const proxy::ProxyError& error) {
    throw proxy::ProxyError(error.kind(),
                            fmt::format("proxy {}: {}", endpoint.short_name(), error.what()));
  }
}

}  // namespace gnet::link
