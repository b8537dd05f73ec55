// Which requests go through a proxy.
//
//   gnet::http::ProxySettings proxy;
//   proxy.http = proxy.https = gnet::http::parse_proxy("http://user:password@127.0.0.1:3128");
//   proxy.except = "localhost,.example.test,10.0.0.1:8080";
//
//   const auto proxy = gnet::http::ProxySettings::from_environment();
//
// The user and the password of a proxy's URL are sent to the proxy, and to nobody else.
//
// Threads: a value.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/url.h"

namespace gnet::http {

struct ProxySettings {
  std::optional<URL> http = std::nullopt;   // for http and ws
  std::optional<URL> https = std::nullopt;  // for https and wss

  // Hosts that are spoken to directly: a list with commas, as $no_proxy has it. A name stands for
  // itself and what is below it, with or without a dot before it; an address for itself; either may
  // have a port; "*" is every host.
  std::string except = {};

  // What $http_proxy, $https_proxy, $all_proxy and $no_proxy say; all but the first also in capital
  // letters, which a web server sets itself when a request has a field Proxy. Throws as
  // parse_proxy().
  [[nodiscard]] static ProxySettings from_environment();

  // The proxy for this URL; null: none.
  [[nodiscard]] const URL* find(const URL& url) const;
};

// "http://host:3128", "https://host" (TLS to the proxy), or "host:3128". Throws
// std::invalid_argument for anything else: SOCKS is not spoken.
[[nodiscard]] URL parse_proxy(std::string_view text);

}  // namespace gnet::http
