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

#include "gnet/http/proxy_url.h"
#include "gnet/http/url.h"

namespace gnet::http {

struct ProxySettings {
  std::optional<ProxyURL> http = std::nullopt;   // for http and ws
  std::optional<ProxyURL> https = std::nullopt;  // for https and wss

  // Hosts that are spoken to directly: a list with commas, as $no_proxy has it. A name stands for
  // itself and what is below it, with or without a dot before it; an address for itself; either may
  // have a port; "*" is every host.
  std::string except = {};

  // What $http_proxy, $https_proxy, $all_proxy and $no_proxy say; all but the first also in capital
  // letters, which a web server sets itself when a request has a field Proxy. Throws as
  // parse_proxy().
  [[nodiscard]] static ProxySettings from_environment();

  // The proxy for this URL; null: none.
  [[nodiscard]] const ProxyURL* find(const URL& url) const;
};

// As ProxyURL::parse().
[[nodiscard]] inline ProxyURL parse_proxy(std::string_view text) {
  return ProxyURL::parse(text);
}

}  // namespace gnet::http
