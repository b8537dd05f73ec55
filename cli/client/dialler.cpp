#include "cli/client/dialler.h"

#include <fmt/format.h>

#include "cli/client/http_route.h"
#include "cli/client/lost_connection.h"
#include "cli/client/proxy_route.h"
#include "cli/out/failure.h"
#include "gnet/base/error.h"
#include "gnet/base/version.h"
#include "gnet/io/resolver.h"
#include "gnet/proxy/proxy_error.h"

namespace cli {
namespace {

// What ENDPOINT, --unix and --tls mean together.
gnet::Endpoint target_of(const ClientOptions& options, const Target& target) {
  if (!options.unix_path.path.empty()) {
    if (target.given)
      throw UsageError(options.named("--unix") + " and ENDPOINT exclude each other");
    if (options.tls) throw UsageError(options.named("--tls and --unix exclude each other"));
    return gnet::Endpoint::unix_path(options.unix_path.path);
  }
  if (!options.tls) return target.endpoint;
  const bool is_stream = target.endpoint.transport() == gnet::Transport::tcp;
  if (!is_stream && !target.endpoint.is_ws()) {
    throw UsageError(fmt::format("{} is for TCP, not for {}", options.named("--tls"),
                                 target.endpoint.to_string()));
  }
  return target.endpoint.with_tls();
}

std::optional<gnet::TLSContext> tls_for(const gnet::Endpoint& target,
                                        const ClientTLSOptions& options) {
  if (target.is_tls()) {
    if (options.insecure && options.pin.empty()) {
      gnet::Logger("gnet").warn("{}: it may be anybody who answers", options.named("--insecure"));
    }
    return client_context(options, target);
  }
  if (need_tls(options)) {
    throw UsageError(options.named("options of TLS need --tls or an endpoint with the scheme tls"));
  }
  return std::nullopt;
}

}  // namespace

// ---- Dialler ----

Dialler::Dialler(const GlobalOptions& global, const ClientOptions& options,
                 const ReconnectOptions& retry, const Target& target)
    : global_(global),
      options_(options),
      retry_(retry),
      target_(target_of(options, target)),
      route_(route_to(target_, options)),
      tls_(tls_for(target_, options)),
      greeting_(first_message(retry)) {
  if (!route_.endpoint.has_connections() && !options.interface.empty()) {
    throw UsageError(options.named("--interface is for connections, not for ") +
                     (route_.endpoint.is_datagram() ? "datagrams" : route_.endpoint.to_string()));
  }
}

gnet::RetryPolicy Dialler::retry_policy() const {
  return cli::retry_policy(retry_, options_.connect_timeout);
}

void Dialler::set_up(gnet::ReconnectingClientFactory& factory) const {
  factory.connect_options = route_.options;
  factory.no_delay = options_.no_delay;
  factory.tls = tls_;
  // --connect-to leads elsewhere; whoever is there shall have the name asked for.
  factory.server_name = server_name(options_, target_);
}

void Dialler::set_up(gnet::Socket& socket) const {
  if (options_.keepalive > gnet::Duration::zero()) socket.set_keep_alive(options_.keepalive);
}

bool Dialler::only_opens() const noexcept {
  const gnet::Endpoint& to = route_.endpoint;
  const bool headed = options_.send_proxy != SendProxy::off && to.has_connections();
  return to.is_local() || to.is_ws() || to.proxy() || headed;
}

gnet::link::OpenOptions Dialler::open_options(const OnBehalfOf* whom) const {
  gnet::link::OpenOptions open;
  open.connect = route_.options;
  open.tls = tls_;
  open.server_name = server_name(options_, target_);
  open.set_up = [this, whom](gnet::Socket& socket) {
    if (route_.endpoint.is_ip()) socket.set_no_delay(options_.no_delay);
    set_up(socket);
    send_proxy_header(socket, options_, whom);
  };
  open.ws.http.user_agent = fmt::format("gnet/{}", gnet::version());
  return open;
}

gnet::AnyStream Dialler::open_stream(gnet::link::MessageKind kind, const OnBehalfOf* whom) const {
  gnet::link::OpenOptions open = open_options(whom);
  open.ws_kind = kind;
  return gnet::link::open_stream(route_.endpoint, open);
}

std::unique_ptr<gnet::link::MessageLink> Dialler::open_messages(const OnBehalfOf* whom) const {
  return gnet::link::open_messages(route_.endpoint, open_options(whom));
}

gnet::AnyStream Dialler::open_timed(gnet::link::OpenTimings& timings) const {
  gnet::link::OpenOptions open = open_options(nullptr);
  open.timings = &timings;
  return gnet::link::open_stream(route_.endpoint, open);
}

std::unique_ptr<gnet::link::MessageLink> Dialler::open_messages_timed(
    gnet::link::OpenTimings& timings) const {
  gnet::link::OpenOptions open = open_options(nullptr);
  open.timings = &timings;
  open.refusals = gnet::link::Refusals::told;
  return gnet::link::open_messages(route_.endpoint, open);
}

gnet::ws::WebSocket Dialler::open_web_socket(const gnet::ws::WebSocketOptions& options,
                                             gnet::link::OpenTimings& timings) const {
  gnet::link::OpenOptions open = open_options(nullptr);
  open.ws.socket = options;
  open.timings = &timings;
  return gnet::link::open_web_socket(route_.endpoint, open);
}

gnet::DatagramSocket Dialler::open_datagrams() const {
  // A datagram goes to one address: there is no telling whether somebody is there.
  const auto& addresses = route_.options.addresses;
  const gnet::Endpoint where =
      addresses.empty() ? route_.endpoint : addresses.front().endpoint(route_.endpoint.transport());
  const gnet::Duration limit = route_.options.timeout;
  return gnet::DatagramSocket::connect(where, gnet::Deadline::within(limit), route_.options.source);
}

std::exception_ptr Dialler::as_failure(const std::exception_ptr& error) const {
  Exit code = Exit::connect;
  std::error_code cause;
  try {
    std::rethrow_exception(error);
  } catch (const Failure&) {
    return error;
  } catch (const gnet::ResolveError& failure) {
    code = Exit::resolve;
    cause = failure.code();
  } catch (const gnet::TLSError& failure) {
    code = Exit::tls;
    cause = failure.code();
  } catch (const gnet::http::ClientError& failure) {
    code = exit_for(failure.failure());
    cause = failure.code();
  } catch (const gnet::ws::HandshakeError&) {
    code = Exit::protocol;
  } catch (const gnet::proxy::ProxyError&) {
    code = Exit::protocol;
  } catch (const gnet::BadEndpoint&) {
    code = Exit::usage;
  } catch (const std::system_error& failure) {
    if (route_.endpoint.is_local()) code = Exit::io;
    cause = failure.code();
  } catch (...) {
  }
  return std::make_exception_ptr(
      Failure(code, gnet::describe(error), {}, route_.endpoint.to_string(), cause));
}

void Dialler::announce_retry(unsigned attempt, gnet::Duration delay,
                             const std::string& reason) const {
  cli::announce_retry(global_, attempt, delay, reason);
}

// ---- Connector ----

Connector::Connector(const Dialler& dialler)
    : ReconnectingClientFactory(dialler.endpoint(), dialler.retry_policy()), dialler_(dialler) {
  dialler.set_up(*this);
}

void Connector::connect_failed(unsigned attempt, const std::exception_ptr& error,
                               std::optional<gnet::Duration> next_delay) {
  static_cast<void>(attempt);
  if (next_delay) return dialler_.announce_retry(++announced_, *next_delay, reason_of(error));
  gave_up(dialler_.as_failure(error));
}

void Connector::disconnected(const gnet::CloseReason& reason,
                             std::optional<gnet::Duration> next_delay) {
  if (attempts() == 0) announced_ = 0;
  if (next_delay) return dialler_.announce_retry(++announced_, *next_delay, reason.text());
  if (!dialler_.reconnects()) return;
  gave_up(std::make_exception_ptr(
      lost_connection(dialler_.endpoint().short_name(),
                      fmt::format("{}; gave up after {} attempts", reason.text(), attempts()),
                      cause_of(reason), dialler_.endpoint().to_string())));
}

std::string reason_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const gnet::TLSError& failure) {
    return failure.what();
  } catch (const gnet::http::ClientError& failure) {
    return failure.reason();
  } catch (const std::system_error& failure) {
    return gnet::describe(failure.code());
  } catch (...) {
    return gnet::describe(error);
  }
}

}  // namespace cli
