// The URL of a proxy: HTTP, HTTP over TLS, or SOCKS.
//
//   const auto proxy = gnet::http::ProxyURL::parse("socks5h://user:password@127.0.0.1:1080");
//   proxy.port();                               // 1080 is where SOCKS is, if no port is written
//
//   gnet::AnyStream stream = gnet::connect(proxy.endpoint(), 5s);      // secured, if is_secure()
//   stream = gnet::http::through_proxy(std::move(stream), proxy, "example.org", 443, 5s);
//
// Threads: a value; through_proxy() of the hub of its stream.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/http/url.h"
#include "gnet/io/any_stream.h"

namespace gnet::proxy {
enum class Socks : std::uint8_t;
}

namespace gnet::http {

class ProxyURL {
 public:
  // One of http or https.
  ProxyURL(URL url);  // NOLINT: implicit on purpose

  // "http://host:3128", "https://host" (TLS to the proxy), "socks5://", "socks5h://", "socks4://",
  // "socks4a://", "socks://" (which is socks5h), or "host:3128", which is http. Throws
  // std::invalid_argument for anything else; its text has no password in it.
  [[nodiscard]] static ProxyURL parse(std::string_view text);

  // "http", "https", "socks5h" and so on.
  [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
  [[nodiscard]] bool is_secure() const noexcept { return scheme_ == "https"; }
  // Nothing: HTTP.
  [[nodiscard]] const std::optional<proxy::Socks>& socks() const noexcept { return socks_; }
  // Whether names are looked up by the proxy, and not on this side.
  [[nodiscard]] bool looks_up() const noexcept;

  [[nodiscard]] std::string_view host_name() const noexcept { return url_.host_name(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Endpoint endpoint() const;  // of tcp
  // "host:3128", for messages.
  [[nodiscard]] std::string authority() const;
  // With the scheme: two of one origin may share connections.
  [[nodiscard]] std::string origin() const { return scheme_ + "://" + authority(); }

  // Decoded; both empty without a user. Throw std::invalid_argument for what cannot be decoded.
  [[nodiscard]] std::string user() const;
  [[nodiscard]] std::string password() const;
  // Of Proxy-Authorization; empty: no user. Throws as they do.
  [[nodiscard]] std::string authorization() const;

  friend bool operator==(const ProxyURL&, const ProxyURL&) = default;

 private:
  ProxyURL(URL url, std::string scheme, std::uint16_t port);

  URL url_;  // with http or https for a scheme
  std::string scheme_;
  std::optional<proxy::Socks> socks_;
  std::uint16_t port_;
};

// Suspends until the proxy at the other end of the stream has connected to this host, a name or an
// address without brackets; the stream that it returns leads there. Throws proxy::ProxyError, as
// connect_tunnel() and proxy::socks_connect() do, and ResolveError where names are looked up here.
[[nodiscard]] AnyStream through_proxy(AnyStream stream, const ProxyURL& proxy,
                                      std::string_view host, std::uint16_t port, Deadline deadline,
                                      std::string_view user_agent = {});

}  // namespace gnet::http
