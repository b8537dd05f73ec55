// Whom to ask: a name server, and how it is spoken to.
//
//   Server::parse("192.0.2.53");                         // UDP, and TCP for what is too large
//   Server::parse("[2001:db8::1]:5353");
//   Server::parse("tcp://192.0.2.53");
//   Server::parse("tls://dns.example");                  // DNS over TLS (RFC 7858), port 853
//   Server::parse("https://dns.example/dns-query");      // DNS over HTTPS (RFC 8484)
//
// Threads: a value.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/url.h"
#include "gnet/io/endpoint.h"

namespace gnet::dns {

class Server {
 public:
  // The scheme is that of texts that have none: udp, tcp or tls. Ports are 53, 853 or the one of
  // the URL. Throws BadEndpoint, or http::URLError.
  [[nodiscard]] static Server parse(std::string_view text, std::string_view scheme = "udp");

  // Not for https.
  Server(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool is_https() const noexcept { return url_.has_value(); }
  [[nodiscard]] bool is_datagram() const noexcept { return endpoint_ && endpoint_->is_datagram(); }

  // Of one that is no URL.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_.value(); }
  // Of https.
  [[nodiscard]] const http::URL& url() const { return url_.value(); }

  // The same server over TCP; those of streams are so already.
  [[nodiscard]] Server over_tcp() const;

  // "udp://192.0.2.53:53", without passwords.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Server&, const Server&) = default;

 private:
  explicit Server(http::URL url) : url_(std::move(url)) {}

  std::optional<Endpoint> endpoint_;
  std::optional<http::URL> url_;
};

}  // namespace gnet::dns
