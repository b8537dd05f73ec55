#include "gnet/http/client_connector.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/http/auth.h"
#include "gnet/http/client_conversation.h"
#include "gnet/http/client_error.h"
#include "gnet/http/percent.h"
#include "gnet/http/status.h"
#include "gnet/io/address.h"
#include "gnet/io/connect.h"
#include "gnet/io/resolver.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_stream.h"

namespace gnet::http::detail {

namespace {

// Adds the time that it lives.
class Stopwatch {
 public:
  explicit Stopwatch(Duration& sum) noexcept : sum_(sum) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { sum_ += Clock::now() - began_; }

 private:
  Duration& sum_;
  const TimePoint began_ = Clock::now();
};

Endpoint endpoint_of(const URL& url) {
  return Endpoint::of(Transport::tcp, url.host_name(), url.port());
}

}  // namespace

ClientConnector::ClientConnector(const URL& url, const URL* proxy, bool tunnel, ClientCore& core,
                                 Deadline limit)
    : url_(url),
      proxy_(proxy),
      tunnel_(tunnel || url.is_secure()),
      core_(core),
      options_(core.options),
      limit_(limit),
      deadline_(Deadline::within(options_.connect_timeout).earlier(limit)) {}

AnyStream ClientConnector::connect(ClientTimings& timings) {
  AnyStream stream = open(proxy_ != nullptr ? *proxy_ : url_, timings);
  if (proxy_ != nullptr && proxy_->is_secure()) {
    stream = secure(std::move(stream), std::string(proxy_->host_name()), timings);
  }
  if (proxy_ != nullptr && tunnel_) stream = pass_through(std::move(stream));
  if (!url_.is_secure()) return stream;
  const std::string& name = options_.server_name;
  return secure(std::move(stream), name.empty() ? std::string(url_.host_name()) : name, timings);
}

AnyStream ClientConnector::open(const URL& to, ClientTimings& timings) {
  ClientFailure failure = ClientFailure::resolve;
  try {
    Endpoint endpoint = options_.connect_to ? *options_.connect_to : endpoint_of(to);
    ConnectOptions options = options_.connect;
    if (options_.route) options_.route(endpoint, options);
    options.deadline = deadline_;
    if (options.addresses.empty()) {
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

// Asks the proxy for a way through (RFC 9110 §9.3.6).
AnyStream ClientConnector::pass_through(AnyStream stream) {
  const std::string target = fmt::format("{}:{}", url_.host(), url_.port());
  Headers headers;
  if (!options_.user_agent.empty()) headers.set("User-Agent", options_.user_agent);
  const std::string who = proxy_authorization(*proxy_);
  if (!who.empty()) headers.set("Proxy-Authorization", who);
  ClientConversation conversation(std::move(stream), options_);
  const OutgoingRequest request{
      .start = {.method = "CONNECT", .target = target, .host = target, .headers = &headers}};
  try {
    conversation.ask(request, deadline_);
  } catch (const ClientTrouble& trouble) {
    if (limit_.passed()) throw;
    const bool late = trouble.failure == ClientFailure::timeout;
    throw ClientTrouble(late ? ClientFailure::connect : ClientFailure::protocol, trouble.code,
                        fmt::format("proxy {}: {}", proxy_->authority(), trouble.what()));
  }
  if (!conversation.is_tunnel()) {
    const ResponseHead& head = conversation.head();
    throw ClientTrouble(ClientFailure::protocol,
                        fmt::format("proxy {} refuses: {} {}", proxy_->authority(), head.status(),
                                    reason_phrase(head.status())));
  }
  UpgradedStream way = conversation.take_stream();
  if (way.received.empty()) return std::move(way.stream);
  throw ClientTrouble(ClientFailure::protocol,
                      fmt::format("proxy {} speaks unasked", proxy_->authority()));
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

std::string proxy_authorization(const URL& proxy) {
  if (proxy.username().empty() && proxy.password().empty()) return {};
  return basic_authorization(percent_decode(proxy.username()), percent_decode(proxy.password()));
}

}  // namespace gnet::http::detail
