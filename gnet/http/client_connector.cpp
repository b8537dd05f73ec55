#include "gnet/http/client_connector.h"

#include <fmt/format.h>

#include <asio/ip/address.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/base/stopwatch.h"
#include "gnet/http/client_error.h"
#include "gnet/http/proxy_url.h"
#include "gnet/io/address.h"
#include "gnet/io/connect.h"
#include "gnet/io/resolver.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_stream.h"
#include "gnet/proxy/proxy_error.h"

namespace gnet::http::detail {

using gnet::detail::Stopwatch;

ClientConnector::ClientConnector(const URL& url, const ProxyURL* proxy, bool tunnel,
                                 ClientCore& core, Deadline limit)
    : url_(url),
      proxy_(proxy),
      tunnel_(tunnel || url.is_secure() || (proxy != nullptr && proxy->socks())),
      core_(core),
      options_(core.options),
      limit_(limit),
      deadline_(Deadline::within(options_.connect_timeout).earlier(limit)) {}

AnyStream ClientConnector::connect(ClientTimings& timings) {
  AnyStream stream =
      open(proxy_ != nullptr ? proxy_->endpoint()
                             : Endpoint::of(Transport::tcp, url_.host_name(), url_.port()),
           timings);
  if (proxy_ != nullptr && proxy_->is_secure()) {
    stream = secure(std::move(stream), std::string(proxy_->host_name()), timings);
  }
  if (proxy_ != nullptr && tunnel_) stream = pass_through(std::move(stream));
  if (!url_.is_secure()) return stream;
  const std::string& name = options_.server_name;
  return secure(std::move(stream), name.empty() ? std::string(url_.host_name()) : name, timings);
}

AnyStream ClientConnector::open(const Endpoint& to, ClientTimings& timings) {
  ClientFailure failure = ClientFailure::resolve;
  try {
    Endpoint endpoint = options_.connect_to ? *options_.connect_to : to;
    ConnectOptions options = options_.connect;
    if (options_.route) options_.route(endpoint, options);
    options.deadline = deadline_;
    if (options.addresses.empty() && endpoint.is_ip() && !endpoint.address()) {
      const Stopwatch watch(timings.resolve);
      options.addresses = addresses_of(endpoint, deadline_);
    }
    failure = ClientFailure::connect;
    const Stopwatch watch(timings.connect);
    Stream stream = gnet::detail::connect_below(endpoint, options);
    stream.socket().set_no_delay(true);
    if (options_.set_up) options_.set_up(stream.socket());
    return stream;
  } catch (const std::system_error& error) {
    fail(failure, error, error.code());
  } catch (const std::invalid_argument& error) {  // a host that is none, a path that does not fit
    fail(failure, error, make_error_code(std::errc::invalid_argument));
  }
}

// Asks the proxy for a way through.
AnyStream ClientConnector::pass_through(AnyStream stream) {
  try {
    return through_proxy(std::move(stream), *proxy_, url_.host_name(), url_.port(), deadline_,
                         options_.user_agent);
  } catch (const proxy::ProxyError& error) {
    constexpr std::string_view kNobody = "the proxy ";
    const std::string_view what = error.what();
    const bool about_it = what.starts_with(kNobody);
    throw ClientTrouble(
        ClientFailure::protocol,
        about_it ? fmt::format("proxy {} {}", proxy_->authority(), what.substr(kNobody.size()))
                 : fmt::format("proxy {}: {}", proxy_->authority(), what));
  } catch (const ResolveError& error) {
    fail(ClientFailure::resolve, error, error.code());
  } catch (const ConnectionLost& error) {
    throw ClientTrouble(ClientFailure::protocol,
                        fmt::format("proxy {}: {}", proxy_->authority(), error.what()));
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::timed_out) fail(ClientFailure::connect, error, error.code());
    throw ClientTrouble(ClientFailure::protocol, error.code(),
                        fmt::format("proxy {}: {}", proxy_->authority(), error.what()));
  }
}

AnyStream ClientConnector::secure(AnyStream stream, const std::string& name,
                                  ClientTimings& timings) {
  const Stopwatch watch(timings.tls);
  try {
    TLSStream secured(std::move(stream), core_.tls(), name);
    secured.handshake(deadline_);
    return secured;
  } catch (const std::system_error& error) {
    fail(ClientFailure::tls, error, error.code());
  }
}

void ClientConnector::fail(ClientFailure failure, const std::exception& error,
                           std::error_code code) const {
  if (limit_.passed()) throw ClientTrouble(ClientFailure::timeout, "the time for it was up");
  throw ClientTrouble(failure, code, describe(error));
}

}  // namespace gnet::http::detail
