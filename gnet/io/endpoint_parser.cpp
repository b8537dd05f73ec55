// Reading endpoints. The grammar is that of gnet-endpoints(7).

#include <fmt/format.h>
#include <sys/un.h>
#include <asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "gnet/base/decimal.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/endpoint_options.h"
#include "gnet/io/endpoint_schemes.h"

namespace gnet {
namespace {

using detail::EndpointScheme;
using detail::equal_ignoring_case;

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

// Schemes of the grammar that this version knows by name only. Those that are written with "//"
// are host names when they stand before a single colon, as in redis:6379.
constexpr std::array<std::string_view, 10> kLaterUrls = {
    "ws", "wss", "http", "https", "socks5", "socks5h", "socks4a", "connect", "redis", "dtls"};
constexpr std::array<std::string_view, 19> kLaterLocal = {
    "exec",  "sh",      "stdio",   "fd",     "file",  "null",   "echo", "zero", "random", "text",
    "inetd", "systemd", "openssl", "system", "stdin", "stdout", "pipe", "open", "gopen"};

// Options of socat that need no counterpart here: every listener serves many connections and may
// take an address whose old connections linger.
constexpr std::array<std::string_view, 8> kIgnored = {"fork",     "reuseaddr",   "so-reuseaddr",
                                                      "nodelay",  "tcp-nodelay", "cloexec",
                                                      "nonblock", "unlink-close"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view entry) { return equal_ignoring_case(entry, name); });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

// Cuts the text in two at the first separator, which goes; the second part is empty without one.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view without_brackets(std::string_view host) {
  const bool has = host.size() > 1 && host.front() == '[' && host.back() == ']';
  return has ? host.substr(1, host.size() - 2) : host;
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() <= suffix.size()) return false;
  if (!equal_ignoring_case(text.substr(text.size() - suffix.size()), suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

// One reading of one text; the result grows in endpoint_.
class EndpointParser {
 public:
  EndpointParser(std::string_view text, Transport transport) : text_(text) {
    endpoint_.transport_ = transport;
  }

  Endpoint parse() {
    if (text_.empty()) fail("it is empty");
    if (std::any_of(text_.begin(), text_.end(), is_control)) {
      fail("it has a control character in it");
    }
    if (text_.front() == '/' || text_.front() == '@' || text_.starts_with("./") ||
        text_.starts_with("../")) {
      endpoint_.transport_ = endpoint_.transport_ == Transport::udp ? Transport::unix_datagram
                                                                    : Transport::unix_stream;
      set_path(std::string(text_));
    } else if (text_ == "-") {
      fail("standard input and output are not supported by this version");
    } else {
      parse_with_colon();
    }
    return std::move(endpoint_);
  }

  Endpoint parse_host(std::string_view host, std::uint16_t port) {
    if (endpoint_.is_unix()) fail("a unix socket has no host and port");
    set_host(without_brackets(host));
    endpoint_.port_ = port;
    return std::move(endpoint_);
  }

  Endpoint parse_path(std::string_view path) {
    if (!endpoint_.is_unix()) fail(fmt::format("{} has no path", endpoint_.scheme()));
    set_path(std::string(path));
    return std::move(endpoint_);
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const { throw BadEndpoint(text_, problem); }

  void parse_with_colon() {
    const std::size_t colon = text_.find(':');
    if (colon == std::string_view::npos || colon == 0 || text_.front() == '[' ||
        text_.front() == '*') {
      return parse_short();
    }
    const std::string_view scheme = text_.substr(0, colon);
    const std::string_view rest = text_.substr(colon + 1);
    if (rest.starts_with("//")) {
      set_scheme(scheme, true);
      parse_url(rest.substr(2));
    } else if (set_scheme(scheme, false)) {
      parse_socat(rest);
    } else {
      parse_short();
    }
  }

  // 8080, :8080, *:8080, host:8080, [::1]:8080; options may follow.
  void parse_short() {
    const auto [address, query] = split(text_, '?');
    parse_host_port(address, true);
    parse_query(query);
  }

  void parse_url(std::string_view rest) {
    const auto [target, query] = split(rest, '?');
    if (endpoint_.is_unix()) {
      set_unix_target(target, true);
    } else {
      const std::size_t slash = std::min(target.find('/'), target.size());
      const std::string_view authority = target.substr(0, slash);
      const std::string_view path = target.substr(slash);
      if (authority.find('@') != std::string_view::npos) {
        fail(fmt::format("a user and password make no sense for {}", endpoint_.scheme()));
      }
      parse_host_port(authority, false);
      if (path.size() > 1) fail(fmt::format("{} has no path", endpoint_.scheme()));
    }
    parse_query(query);
  }

  // What follows the single colon of TCP:, UNIX-LISTEN: and the like.
  void parse_socat(std::string_view rest) {
    const auto [front, query] = split(rest, '?');
    auto [target, options] = split(front, ',');
    std::string_view bind;
    while (!options.empty()) {
      const auto [option, others] = split(options, ',');
      options = others;
      const auto [key, value] = split(option, '=');
      if (equal_ignoring_case(key, "bind") && !endpoint_.is_unix() && endpoint_.is_listen()) {
        bind = value;
      } else if (contains(kIgnored, key)) {
        endpoint_.ignored_.emplace_back(option);
      } else if (equal_ignoring_case(key, "unlink-early")) {
        add_option("unlink", value);
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

  // True if the name is a scheme; a text with "//" (url) must have one.
  bool set_scheme(std::string_view written, bool url) {
    std::string_view name = written;
    const bool listen = drop_suffix(name, "-listen") || drop_suffix(name, "-l");
    if (!listen) drop_suffix(name, "-connect");
    if (set_layers(name)) {
      endpoint_.listen_ = listen;
      return true;
    }
    if (url) refuse_layers(written);
    if (contains(kLaterLocal, name)) refuse_later(written);
    return false;
  }

  // tcp, tls, or the two with a '+' between them. False: there is one that nobody knows.
  bool set_layers(std::string_view name) {
    std::vector<const EndpointScheme*> parts;
    for (;;) {
      const std::size_t plus = name.find('+');
      parts.push_back(detail::find_endpoint_scheme(name.substr(0, plus)));
      if (parts.back() == nullptr) return false;
      if (plus == std::string_view::npos) break;
      name.remove_prefix(plus + 1);
    }
    const EndpointScheme& last = *parts.back();
    endpoint_.transport_ = last.transport;
    endpoint_.family_ = last.family;
    abstract_ = last.abstract;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i + 1 < parts.size() && !parts[i]->is_layer()) refuse_place(parts[i]->name);
      for (const Layer layer : parts[i]->layers) add_layer(layer);
    }
    return true;
  }

  void add_layer(Layer layer) {
    const std::string_view name = detail::to_string(layer);
    if (!detail::is_byte_stream(endpoint_.transport_)) {
      fail(fmt::format("'{}' needs a stream below it, tcp or unix", name));
    }
    auto& layers = endpoint_.layers_;
    if (std::find(layers.begin(), layers.end(), layer) != layers.end()) {
      fail(fmt::format("'{}' is there twice", name));
    }
    layers.push_back(layer);
  }

  // ws, or layers such as ws+tls+unix: names the one that is wrong.
  [[noreturn]] void refuse_layers(std::string_view written) {
    std::string_view left = written;
    std::string_view later;
    std::string_view misplaced;
    while (!left.empty()) {
      auto [layer, rest] = split(left, '+');
      left = rest;
      const std::string_view whole = layer;
      if (!drop_suffix(layer, "-listen")) drop_suffix(layer, "-l");
      if (contains(kLaterUrls, layer) || contains(kLaterLocal, layer)) {
        if (later.empty()) later = whole;
      } else if (detail::find_endpoint_scheme(layer) == nullptr) {
        fail(fmt::format("unknown scheme '{}'", whole));
      } else if (misplaced.empty() && layer.size() != whole.size()) {
        misplaced = whole;
      }
    }
    if (written.empty() || written.back() == '+') fail(fmt::format("unknown scheme '{}'", written));
    if (later.empty()) refuse_place(misplaced);
    if (later.size() == written.size()) refuse_later(written);
    fail(fmt::format("layer '{}' is not supported by this version, but tls+tcp and tls+unix are",
                     later));
  }

  [[noreturn]] void refuse_place(std::string_view part) {
    fail(fmt::format("'{}' can only stand last, as in tls+unix", part));
  }

  [[noreturn]] void refuse_later(std::string_view scheme) {
    fail(fmt::format("scheme '{}' is not supported by this version", scheme));
  }

  void parse_host_port(std::string_view text, bool port_alone) {
    if (text.empty()) fail("host and port are missing");
    if (port_alone && all_digits(text)) {
      set_host(loopback());
      return set_port(text);
    }
    std::string_view host;
    std::string_view rest;
    if (text.front() == '[') {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos) fail("']' is missing");
      host = text.substr(1, end - 1);
      rest = text.substr(end + 1);
      if (host.find(':') == std::string_view::npos) {
        fail(fmt::format("'{}' in brackets is not an IPv6 address", host));
      }
      if (!rest.empty() && rest.front() != ':') fail("after ']' comes ':' and the port");
    } else {
      const std::size_t colon = std::min(text.find(':'), text.size());
      host = text.substr(0, colon);
      rest = text.substr(colon);
      if (rest.find(':', 1) != std::string_view::npos) {
        fail("an IPv6 address needs brackets, as in [::1]:80");
      }
    }
    set_host(host.empty() ? loopback() : host);
    if (rest.size() < 2) {
      fail(text_ == text && rest.empty() ? "port is missing: write host:port, or ./name for a "
                                           "unix socket"
                                         : "port is missing");
    }
    set_port(rest.substr(1));
  }

  [[nodiscard]] std::string_view loopback() const {
    return endpoint_.family_ == Family::v6 ? "::1" : "127.0.0.1";
  }

  void set_port(std::string_view text) {
    unsigned port = 0;
    for (const char c : text) {
      if (!is_digit(c) || (port = port * 10 + static_cast<unsigned>(c - '0')) > 0xffff) {
        fail("port must be 0-65535");
      }
    }
    endpoint_.port_ = static_cast<std::uint16_t>(port);
  }

  void set_host(std::string_view host) {
    if (host == "*") {
      endpoint_.name_ = endpoint_.family_ == Family::v4   ? "0.0.0.0"
                        : endpoint_.family_ == Family::v6 ? "::"
                                                          : "*";
    } else if (host.find(':') != std::string_view::npos) {
      set_v6(host);
    } else if (!host.empty() && std::all_of(host.begin(), host.end(),
                                            [](char c) { return is_digit(c) || c == '.'; })) {
      set_v4(host);
    } else {
      set_name(host);
    }
  }

  void set_v4(std::string_view host) {
    asio::error_code error;
    const auto address = asio::ip::make_address_v4(std::string(host), error);
    if (error) fail(fmt::format("'{}' is not an IPv4 address", host));
    if (endpoint_.family_ == Family::v6) {
      fail(fmt::format("{} is not an IPv6 address, as {} needs", host, endpoint_.scheme()));
    }
    endpoint_.name_ = address.to_string();
  }

  // The zone of a link-local address stands after '%', in URLs after "%25" (RFC 6874).
  void set_v6(std::string_view host) {
    const std::size_t percent = std::min(host.find('%'), host.size());
    std::string_view zone = host.substr(percent);
    if (zone.size() > 3 && zone.starts_with("%25")) {
      zone.remove_prefix(3);
    } else if (!zone.empty()) {
      zone.remove_prefix(1);
      if (zone.empty()) fail("the zone after '%' is missing");
    }
    asio::error_code error;
    const auto address = asio::ip::make_address_v6(std::string(host.substr(0, percent)), error);
    if (error) fail(fmt::format("'{}' is not an IPv6 address", host));
    if (!std::all_of(zone.begin(), zone.end(), [](char c) {
          return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
        })) {
      fail(fmt::format("'{}' is not the name of an interface", zone));
    }
    if (endpoint_.family_ == Family::v4) {
      fail(fmt::format("{} is not an IPv4 address, as {} needs", host, endpoint_.scheme()));
    }
    endpoint_.name_ = address.to_string();
    if (!zone.empty()) endpoint_.name_.append("%").append(zone);
  }

  // Letters, digits, '-', '_' and bytes of international names, in labels between single dots.
  void set_name(std::string_view host) {
    if (host.empty()) fail("host is missing");
    if (host.size() > 254) fail("host is longer than 254 characters");
    char before = '.';
    for (const char c : host) {
      const bool ok = is_letter(c) || is_digit(c) || c == '_' || (c & '\x80') != 0 ||
                      (c == '-' && before != '.') || (c == '.' && before != '.');
      if (!ok) fail(fmt::format("host '{}' is not a name or an address", host));
      before = c;
    }
    endpoint_.name_ = lowered(host);
  }

  void set_unix_target(std::string_view target, bool encoded) {
    // abstract://@name means the same as abstract://name; a name that starts with '@' is %40…
    if (abstract_ && target.starts_with('@')) target.remove_prefix(1);
    std::string path = encoded ? percent_decoded(target) : std::string(target);
    if (abstract_) path.insert(path.begin(), '@');
    set_path(std::move(path));
  }

  void set_path(std::string path) {
    if (path.empty()) fail("path is missing");
    if (path == "@") fail("name is missing after '@'");
    const bool abstract = path.front() == '@';
    if (path.size() - (abstract ? 1 : 0) > kMaxPath) {
      fail(fmt::format("{} is longer than {} bytes", abstract ? "name" : "path", kMaxPath));
    }
    if (path.find('\0') != std::string::npos) fail("path has a NUL byte in it");
    endpoint_.name_ = std::move(path);
  }

  std::string percent_decoded(std::string_view text) const {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        result += text[i];
        continue;
      }
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) fail("after '%' come two hexadecimal digits");
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
    return result;
  }

  void parse_query(std::string_view query) {
    while (!query.empty()) {
      const auto [option, others] = split(query, '&');
      query = others;
      if (option.empty()) continue;
      const auto [key, value] = split(option, '=');
      add_option(percent_decoded(key), percent_decoded(value));
    }
    if (endpoint_.option("key") && !endpoint_.option("cert")) fail("option 'key' needs 'cert'");
  }

  void add_option(std::string_view key, std::string_view value) {
    const auto* const known = detail::find_endpoint_option(key);
    // A habit from socat, where both sides have it.
    if (key == "bind" && !endpoint_.is_unix() && !endpoint_.is_listen()) {
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
    auto& options = endpoint_.options_;
    const auto at =
        std::lower_bound(options.begin(), options.end(), key,
                         [](const auto& have, std::string_view k) { return have.first < k; });
    if (at != options.end() && at->first == key) {
      fail(fmt::format("option '{}' is given twice", key));
    }
    options.emplace(at, std::string(key), *canonical);
  }

  std::string_view text_;
  Endpoint endpoint_;
  bool abstract_ = false;
};

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
