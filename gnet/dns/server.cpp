#include "gnet/dns/server.h"

#include <algorithm>

namespace gnet::dns {
namespace {

std::string_view port_of(std::string_view scheme) {
  return scheme.starts_with("tls") ? "853" : "53";
}

// The authority with the usual port, if none is written; an address of IPv6 gets its brackets.
std::string with_port(std::string_view authority, std::string_view port) {
  const auto colons = std::ranges::count(authority, ':');
  if (!authority.starts_with('[') && colons > 1) {
    return "[" + std::string(authority) + "]:" + std::string(port);
  }
  const std::size_t bracket = authority.rfind(']');
  const std::size_t from = bracket == authority.npos ? 0 : bracket;
  if (authority.find(':', from) != authority.npos) return std::string(authority);
  return std::string(authority) + ":" + std::string(port);
}

bool is_url(std::string_view text) {
  const auto begins = [text](std::string_view scheme) {
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(),
                      [](char a, char b) { return a == (b | 0x20) || a == b; });
  };
  return begins("https://") || begins("http://");
}

}  // namespace

Server Server::parse(std::string_view text, std::string_view scheme) {
  if (is_url(text)) {
    // A template of RFC 8484 says where the question would stand in a GET.
    constexpr std::string_view kVariable = "{?dns}";
    if (text.ends_with(kVariable)) text.remove_suffix(kVariable.size());
    http::URL url{text};
    if (url.path() != "/" || url.query()) return Server(std::move(url));
    return Server(http::URL(url.origin() + "/dns-query"));
  }
  std::string_view rest = text;
  if (const std::size_t end = text.find("://"); end != text.npos) {
    scheme = text.substr(0, end);
    rest = text.substr(end + 3);
  }
  if (rest.empty()) throw BadEndpoint(text, "a server has a name or an address");
  if (rest.starts_with('/') || rest.starts_with('@')) return Server(Endpoint::parse(text));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  Endpoint endpoint = Endpoint::parse(std::string(scheme) + "://" +
                                      with_port(rest.substr(0, end), port_of(scheme)) +
                                      std::string(rest.substr(end)));
  if (endpoint.is_listen() || endpoint.is_local() || endpoint.is_ws() || endpoint.proxy() ||
      (endpoint.is_ip() && endpoint.port() == 0)) {
    throw BadEndpoint(text, "no name server can be there");
  }
  return Server(std::move(endpoint));
}

Server Server::over_tcp() const {
  if (!is_datagram()) return *this;
  if (endpoint_->is_unix()) return Server(Endpoint::unix_path(endpoint_->path()));
  std::string text = endpoint_->to_string();
  text.replace(0, 3, "tcp");
  return Server(Endpoint::parse(text));
}

std::string Server::to_string() const {
  return is_https() ? url_->stripped().str() : endpoint_->to_string();
}

}  // namespace gnet::dns
