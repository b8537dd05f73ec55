// Reading endpoints. The grammar is that of gnet-endpoints(7).

#include "gnet/io/endpoint_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "gnet/base/decimal.h"
#include "gnet/io/endpoint_options.h"
#include "gnet/io/endpoint_schemes.h"
#include "gnet/io/endpoint_text.h"
#include "gnet/io/socat_options.h"

namespace gnet {
namespace {

using detail::equal_ignoring_case;
using detail::is_control;
using detail::lowered;
using detail::split;
using detail::without_brackets;

// Names of socat's that stand without a colon.
constexpr std::array<std::string_view, 4> kAlone = {"stdio", "stdin", "stdout", "pipe"};

constexpr std::string_view kSOCKSPort = "1080";

std::string_view default_port(const Endpoint& endpoint, bool behind_proxy) {
  const auto proxy = endpoint.proxy();
  if (proxy && !behind_proxy) return *proxy == Layer::connect ? std::string_view() : kSOCKSPort;
  if (!endpoint.is_ws() || endpoint.is_listen()) return {};
  const auto& layers = endpoint.layers();
  return layers.size() > 1 && layers[1] == Layer::tls ? "443" : "80";
}

}  // namespace

Endpoint EndpointParser::parse() {
  if (text_.empty()) fail("it is empty");
  const bool is_text = text_.size() > 5 && equal_ignoring_case(text_.substr(0, 5), "text:");
  if (!is_text && std::any_of(text_.begin(), text_.end(), is_control)) {
    fail("it has a control character in it");
  }
  if (text_.front() == '/' || text_.front() == '@' || text_.starts_with("./") ||
      text_.starts_with("../")) {
    endpoint_.transport_ =
        endpoint_.transport_ == Transport::udp ? Transport::unix_datagram : Transport::unix_stream;
    set_path(std::string(text_));
  } else if (text_ == "-") {
    endpoint_.transport_ = Transport::stdio;
  } else if (detail::is_among(kAlone, text_)) {
    static_cast<void>(set_layers(text_));
    parse_local(text_, {});
  } else {
    parse_with_colon();
  }
  end_request_target();
  if (endpoint_.transport_ == Transport::systemd) endpoint_.listen_ = true;
  if (endpoint_.listen_) check(&Endpoint::check_listens);
  if (endpoint_.proxy() && endpoint_.target_host_.empty()) {
    fail(fmt::format("'{}' needs to know where to: {}", detail::to_string(*endpoint_.proxy()),
                     endpoint_.is_unix() ? "?target=host:port" : "proxy:port/host:port"));
  }
  return std::move(endpoint_);
}

Endpoint EndpointParser::parse_host(std::string_view host, std::uint16_t port) {
  if (endpoint_.is_unix()) fail("a unix socket has no host and port");
  if (!endpoint_.is_ip()) fail(fmt::format("{} has no host and port", endpoint_.scheme()));
  set_host(without_brackets(host));
  endpoint_.port_ = port;
  return std::move(endpoint_);
}

Endpoint EndpointParser::parse_path(std::string_view path) {
  if (!endpoint_.is_unix()) fail(fmt::format("{} has no path", endpoint_.scheme()));
  set_path(std::string(path));
  return std::move(endpoint_);
}

void EndpointParser::parse_with_colon() {
  const std::size_t colon = text_.find(':');
  if (colon == std::string_view::npos || colon == 0 || text_.front() == '[' ||
      text_.front() == '*') {
    return parse_short();
  }
  const std::string_view scheme = text_.substr(0, colon);
  const std::string_view rest = text_.substr(colon + 1);
  const bool url = rest.starts_with("//");
  if (set_scheme(scheme, url)) {
    if (endpoint_.is_local()) return parse_local(scheme, rest);
    if (url) return parse_url(rest.substr(2));
    parse_socat(rest);
  } else {
    parse_short();
  }
}

// 8080, :8080, *:8080, host:8080, [::1]:8080; options may follow.
void EndpointParser::parse_short() {
  const auto [address, query] = split(text_, '?');
  parse_host_port(address, true);
  parse_query(query);
}

void EndpointParser::parse_url(std::string_view rest) {
  const auto [target, query] = split(rest, '?');
  if (endpoint_.is_unix()) {
    set_unix_target(target, true);
  } else {
    const std::size_t slash = std::min(target.find('/'), target.size());
    std::string_view path = target.substr(slash);
    parse_host_port(take_user(target.substr(0, slash)), false, default_port(endpoint_, false));
    if (endpoint_.proxy() && path.size() > 1) {
      const std::size_t end = std::min(path.find('/', 1), path.size());
      set_target(path.substr(1, end - 1));
      path.remove_prefix(end);
    }
    if (endpoint_.is_ws() && !path.empty()) {
      set_request_target(path);
    } else if (path.size() > 1) {
      fail(fmt::format("{} has no path", endpoint_.scheme()));
    }
  }
  parse_query(query);
}

// user:password@, which goes; what is left.
std::string_view EndpointParser::take_user(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return authority;
  const bool for_ws = endpoint_.is_ws() && !endpoint_.is_listen();
  if (!endpoint_.proxy() && !for_ws) {
    fail(fmt::format("a user and password make no sense for {}", endpoint_.scheme()));
  }
  const auto [user, password] = split(authority.substr(0, at), ':');
  endpoint_.user_ = percent_decoded(user);
  endpoint_.password_ = percent_decoded(password);
  if (endpoint_.user_.empty()) fail("the user before '@' is missing");
  if (endpoint_.proxy() == Layer::socks4a && !endpoint_.password_.empty()) {
    fail("socks4a has a user, but no password");
  }
  return authority.substr(at + 1);
}

// Where a proxy is to connect to.
void EndpointParser::set_target(std::string_view text) {
  if (!endpoint_.target_host_.empty()) fail("option 'target' is given twice");
  EndpointParser target(text_, Transport::tcp);
  target.parse_host_port(text, false, default_port(endpoint_, true));
  if (target.endpoint_.name_ == "*") fail("'*' is for listening only");
  endpoint_.target_host_ = std::move(target.endpoint_.name_);
  endpoint_.target_port_ = target.endpoint_.port_;
}

void EndpointParser::set_request_target(std::string_view path) {
  if (!endpoint_.request_target_.empty()) fail("option 'path' is given twice");
  endpoint_.request_target_ = *detail::find_endpoint_option("path")->canonical(path);
}

// What in the query of a WebSocket's URL is no option goes to the server.
void EndpointParser::end_request_target() {
  if (query_.empty()) return;
  std::string& whole = endpoint_.request_target_;
  if (whole.empty()) whole = "/";
  whole += whole.find('?') == std::string::npos ? '?' : '&';
  whole = *detail::find_endpoint_option("path")->canonical(whole + query_);
}

void EndpointParser::check(void (Endpoint::*rule)() const) {
  try {
    (endpoint_.*rule)();
  } catch (const BadEndpoint& error) {
    fail(error.problem());
  }
}

// What follows the single colon of TCP:, UNIX-LISTEN: and the like.
void EndpointParser::parse_socat(std::string_view rest) {
  const auto [front, query] = split(rest, '?');
  auto [target, options] = split(front, ',');
  std::string_view bind;
  while (!options.empty()) {
    const auto [option, others] = split(options, ',');
    options = others;
    const auto [key, value] = split(option, '=');
    if (equal_ignoring_case(key, "bind") && !endpoint_.is_unix() && endpoint_.is_listen()) {
      bind = value;
    } else if (detail::is_ignored_option(key)) {
      endpoint_.ignored_.emplace_back(option);
    } else if (equal_ignoring_case(key, "unlink-early")) {
      add_option("unlink", value);
    } else if (equal_ignoring_case(key, "cafile")) {
      add_option("cacert", value);
    } else if (equal_ignoring_case(key, "verify")) {
      fail("option 'verify' is unknown: use --insecure");
    } else {
      add_option(equal_ignoring_case(key, "perm") ? "mode" : lowered(key), value);
    }
  }
  if (endpoint_.is_unix()) {
    set_unix_target(target, false);
  } else {
    parse_host_port(target, true);
    if (!bind.empty()) set_host(without_brackets(bind));
  }
  parse_query(query);
}

std::string EndpointParser::percent_decoded(std::string_view text) const {
  std::string result;
  if (!detail::percent_decode(text, result)) fail("after '%' come two hexadecimal digits");
  return result;
}

void EndpointParser::parse_query(std::string_view query) {
  while (!query.empty()) {
    const auto [option, others] = split(query, '&');
    query = others;
    if (option.empty()) continue;
    const auto [key, value] = split(option, '=');
    if (goes_to_server(percent_decoded(key))) {
      if (!query_.empty()) query_ += '&';
      query_ += option;
    } else {
      add_option(percent_decoded(key), percent_decoded(value));
    }
  }
  if (endpoint_.option("append") && endpoint_.option("truncate")) {
    fail("options 'append' and 'truncate' exclude each other");
  }
  if (endpoint_.option("key") && !endpoint_.option("cert")) fail("option 'key' needs 'cert'");
}

// The URL of a WebSocket may have a query of its own.
bool EndpointParser::goes_to_server(std::string_view key) const {
  if (!endpoint_.is_ws() || endpoint_.is_listen()) return false;
  const auto* const known = detail::find_endpoint_option(key);
  return known == nullptr || !known->fits(endpoint_);
}

void EndpointParser::add_option(std::string_view key, std::string_view value) {
  const auto* const known = detail::find_endpoint_option(key);
  // A habit from socat, where both sides have it.
  if (key == "bind" && endpoint_.is_ip() && !endpoint_.is_listen()) {
    fail("option 'bind' is only for listening; use --source");
  }
  if (known == nullptr) fail(fmt::format("unknown option '{}'", key));
  if (!known->fits(endpoint_)) {
    const bool other_side = known->fits(endpoint_.with_listen(false));
    fail(other_side ? fmt::format("option '{}' is only for connecting", key)
                    : fmt::format("option '{}' makes no sense for {}", key, endpoint_.scheme()));
  }
  const auto canonical = known->canonical(value);
  if (!canonical) {
    fail(fmt::format("option '{}' must be {}, not '{}'", key, known->wanted, value));
  }
  if (key == "path") return set_request_target(*canonical);
  if (key == "target") return set_target(*canonical);
  auto& options = endpoint_.options_;
  const auto at =
      std::lower_bound(options.begin(), options.end(), key,
                       [](const auto& have, std::string_view k) { return have.first < k; });
  if (at != options.end() && at->first == key) {
    fail(fmt::format("option '{}' is given twice", key));
  }
  options.emplace(at, std::string(key), *canonical);
}

Endpoint Endpoint::parse(std::string_view text, Transport transport) {
  return EndpointParser(text, transport).parse();
}

Endpoint Endpoint::of(Transport transport, std::string_view host, std::uint16_t port) {
  return EndpointParser(host, transport).parse_host(host, port);
}

Endpoint Endpoint::unix_path(std::string_view path, Transport transport) {
  return EndpointParser(path, transport).parse_path(path);
}

}  // namespace gnet
