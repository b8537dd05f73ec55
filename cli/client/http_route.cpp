#include "cli/client/http_route.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "cli/client/proxy_route.h"
#include "cli/client/route.h"
#include "cli/out/failure.h"
#include "gnet/base/log.h"
#include "gnet/base/version.h"
#include "gnet/io/socket.h"

namespace cli {
namespace {

gnet::http::ProxySettings proxies(const std::string& proxy) {
  try {
    if (proxy == "none") return {};
    if (proxy.empty()) return gnet::http::ProxySettings::from_environment();
    gnet::http::ProxySettings settings;
    settings.http = settings.https = gnet::http::parse_proxy(proxy);
    return settings;
  } catch (const std::invalid_argument& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void set_route(gnet::http::ClientOptions& client, const ClientOptions& options) {
  const std::string& proxy = options.proxy;
  client.connect_timeout = options.connect_timeout;
  client.user_agent = fmt::format("gnet/{}", gnet::version());
  client.server_name = options.sni;
  if (options.unix_path.path.empty()) {
    client.proxy = proxies(proxy);
  } else if (!proxy.empty() && proxy != "none") {
    throw UsageError("--proxy does not go with a unix socket");
  }
  ClientOptions direct = options;
  direct.proxy.clear();  // the client itself goes through it
  client.route = [direct](gnet::Endpoint& endpoint, gnet::ConnectOptions& connect) {
    Route route = route_to(endpoint, direct);
    endpoint = std::move(route.endpoint);
    connect = std::move(route.options);
  };
  client.set_up = [options](gnet::Socket& socket) {
    socket.set_no_delay(options.no_delay);
    if (options.keepalive > gnet::Duration::zero()) socket.set_keep_alive(options.keepalive);
    send_proxy_header(socket, options);
  };
}

gnet::http::ClientOptions lone_requests(const ClientOptions& options, const gnet::http::URL& url) {
  gnet::http::ClientOptions client;
  set_route(client, options);
  if (options.proxy.empty()) client.proxy = {};
  client.idle_in_all = 0;
  client.max_redirects = 0;
  if (!url.is_secure()) return client;
  if (options.insecure && options.pin.empty()) {
    gnet::Logger("gnet").warn("{}: it may be anybody who answers", options.named("--insecure"));
  }
  ClientOptions secure = options;
  if (secure.alpn.empty()) secure.alpn = "http/1.1";
  client.tls = client_context(secure, gnet::Endpoint::parse("tls://localhost:443"));
  return client;
}

gnet::http::ClientResponse ask_named(gnet::http::Client& client,
                                     gnet::http::ClientRequest request) {
  try {
    return client.request(std::move(request));
  } catch (const gnet::http::ClientError& error) {
    if (error.failure() != gnet::http::ClientFailure::connect || !error.code()) throw;
    throw std::system_error(error.code());
  }
}

Exit exit_for(gnet::http::ClientFailure failure) {
  using gnet::http::ClientFailure;
  switch (failure) {
    case ClientFailure::resolve:
      return Exit::resolve;
    case ClientFailure::connect:
      return Exit::connect;
    case ClientFailure::tls:
      return Exit::tls;
    case ClientFailure::protocol:
    case ClientFailure::limit:
      return Exit::protocol;
    case ClientFailure::lost:
      return Exit::lost;
    case ClientFailure::timeout:
      return Exit::timeout;
  }
  return Exit::protocol;
}

}  // namespace cli
