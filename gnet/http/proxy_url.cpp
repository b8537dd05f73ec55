#include "gnet/http/proxy_url.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "gnet/http/auth.h"
#include "gnet/http/connect_tunnel.h"
#include "gnet/http/percent.h"
#include "gnet/io/endpoint.h"
#include "gnet/proxy/socks_client.h"

namespace gnet::http {
namespace {

constexpr std::uint16_t kSocksPort = 1080;

// The port that is written: a URL forgets the one of its scheme.
std::optional<std::uint16_t> written_port(std::string_view behind_scheme) {
  const URL http("http" + std::string(behind_scheme));
  if (http.has_port()) return http.port();
  const URL https("https" + std::string(behind_scheme));
  if (https.has_port()) return https.port();
  return std::nullopt;
}

}  // namespace

ProxyURL::ProxyURL(URL url) : url_(std::move(url)), scheme_(url_.scheme()), port_(url_.port()) {}

ProxyURL::ProxyURL(URL url, std::string scheme, std::uint16_t port)
    : url_(std::move(url)),
      scheme_(std::move(scheme)),
      socks_(proxy::socks_of(scheme_)),
      port_(port) {}

ProxyURL ProxyURL::parse(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == text.npos) return parse("http://" + std::string(text));
  std::string scheme(text.substr(0, end));
  const std::string_view behind = text.substr(end);
  if (scheme == "socks") scheme = "socks5h";
  if (proxy::socks_of(scheme)) {
    return {URL("http" + std::string(behind)), scheme, written_port(behind).value_or(kSocksPort)};
  }
  URL url(text);
  if (url.scheme() != "http" && url.scheme() != "https") {
    throw std::invalid_argument("cannot use proxy '" + url.stripped().str() +
                                "': must be of http, https, socks5, socks5h, socks4 or socks4a");
  }
  return url;
}

bool ProxyURL::looks_up() const noexcept {
  return !socks_ || *socks_ == proxy::Socks::v5h || *socks_ == proxy::Socks::v4a;
}

Endpoint ProxyURL::endpoint() const {
  return Endpoint::of(Transport::tcp, host_name(), port_);
}

std::string ProxyURL::authority() const {
  return socks_ ? fmt::format("{}:{}", url_.host(), port_) : url_.authority();
}

std::string ProxyURL::user() const {
  return percent_decode(url_.username());
}

std::string ProxyURL::password() const {
  return percent_decode(url_.password());
}

std::string ProxyURL::authorization() const {
  if (url_.username().empty() && url_.password().empty()) return {};
  return basic_authorization(user(), password());
}

AnyStream through_proxy(AnyStream stream, const ProxyURL& proxy, std::string_view host,
                        std::uint16_t port, Deadline deadline, std::string_view user_agent) {
  if (proxy.socks()) {
    proxy::socks_connect(stream, *proxy.socks(), {std::string(host), port},
                         {proxy.user(), proxy.password()}, deadline);
    return stream;
  }
  const bool v6 = host.find(':') != host.npos;
  const std::string target = fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
  return connect_tunnel(
      std::move(stream), target,
      {.authorization = proxy.authorization(), .user_agent = std::string(user_agent)}, deadline);
}

}  // namespace gnet::http
