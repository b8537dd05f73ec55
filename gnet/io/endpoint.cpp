#include "gnet/io/endpoint.h"

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <tuple>

#include "gnet/base/decimal.h"
#include "gnet/base/mask.h"
#include "gnet/base/size.h"

namespace gnet {
namespace {

using detail::equal_ignoring_case;

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

struct Scheme {
  std::string_view name;
  Transport transport;
  Family family;
};

constexpr std::array<Scheme, 10> kSchemes = {
    {{"tcp", Transport::tcp, Family::any},
     {"tcp4", Transport::tcp, Family::v4},
     {"tcp6", Transport::tcp, Family::v6},
     {"udp", Transport::udp, Family::any},
     {"udp4", Transport::udp, Family::v4},
     {"udp6", Transport::udp, Family::v6},
     {"unix", Transport::unix_stream, Family::any},
     {"unixpacket", Transport::unix_seqpacket, Family::any},
     {"unixgram", Transport::unix_datagram, Family::any},
     {"abstract", Transport::unix_stream, Family::any}}};

// Schemes of the grammar that this version knows by name only. Those that are written with "//"
// are host names when they stand before a single colon, as in redis:6379.
constexpr std::array<std::string_view, 11> kLaterUrls = {"tls",     "ws",     "wss",     "http",
                                                         "https",   "socks5", "socks5h", "socks4a",
                                                         "connect", "redis",  "dtls"};
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

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "/:@!$&'()*,;=~+-._";
  std::string result;
  for (const char c : text) {
    if (is_digit(c) || is_letter(c) || kPlain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::optional<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"", "1", "yes", "true", "on"}) {
    if (equal_ignoring_case(text, yes)) return true;
  }
  for (const std::string_view no : {"0", "no", "false", "off"}) {
    if (equal_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

std::optional<unsigned> parse_octal(std::string_view text) {
  unsigned value = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<unsigned>(c - '0');
  }
  if (value > 0777) return std::nullopt;
  return value;
}

// The one spelling of an option's value, so that equal endpoints compare equal.
std::optional<std::string> canonical_mode(std::string_view text) {
  const auto value = parse_octal(text);
  return value ? std::optional(fmt::format("{:04o}", *value)) : std::nullopt;
}

std::optional<std::string> canonical_switch(std::string_view text) {
  const auto value = parse_switch(text);
  return value ? std::optional<std::string>(*value ? "1" : "0") : std::nullopt;
}

std::optional<std::string> canonical_backlog(std::string_view text) {
  const auto value = parse_count(text);
  if (!value || *value == 0 || *value > 0x7fffffff) return std::nullopt;
  return std::to_string(*value);
}

std::optional<std::string> canonical_duration(std::string_view text) {
  const auto value = parse_duration(text);
  return value ? std::optional(format_duration(*value)) : std::nullopt;
}

bool is_unix(Transport transport) {
  return transport >= Transport::unix_stream;
}
bool is_datagram(Transport transport) {
  return transport == Transport::udp || transport == Transport::unix_datagram;
}

struct KnownOption {
  std::string_view name;
  bool (*fits)(Transport);
  std::optional<std::string> (*canonical)(std::string_view);
  std::string_view wanted;
};

constexpr std::array<KnownOption, 4> kOptions = {{
    {"backlog", [](Transport t) { return !is_datagram(t); }, canonical_backlog, "a number from 1"},
    {"idle", [](Transport t) { return is_datagram(t); }, canonical_duration, "a duration"},
    {"mode", is_unix, canonical_mode, "an octal number up to 0777"},
    {"unlink", is_unix, canonical_switch, "0 or 1"},
}};

}  // namespace

BadEndpoint::BadEndpoint(std::string_view endpoint, std::string_view problem)
    : std::invalid_argument(fmt::format("bad endpoint '{}': {}", mask_secrets(endpoint), problem)) {
}

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
      endpoint_.transport_ = Transport::unix_stream;
      set_path(std::string(text_));
    } else if (text_ == "-") {
      fail("standard input and output are not supported by this version");
    } else {
      parse_with_colon();
    }
    return std::move(endpoint_);
  }

  Endpoint parse_host(std::string_view host, std::uint16_t port) {
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    set_host(host);
    endpoint_.port_ = port;
    return std::move(endpoint_);
  }

  Endpoint parse_path(std::string_view path) {
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
      if (!bind.empty()) set_host(bind);
    }
    parse_query(query);
  }

  // True if the name is a scheme; a text with "//" (url) must have one.
  bool set_scheme(std::string_view written, bool url) {
    std::string_view name = written;
    endpoint_.listen_ = drop_suffix(name, "-listen") || drop_suffix(name, "-l");
    if (!endpoint_.listen_) drop_suffix(name, "-connect");
    for (const Scheme& scheme : kSchemes) {
      if (!equal_ignoring_case(scheme.name, name)) continue;
      endpoint_.transport_ = scheme.transport;
      endpoint_.family_ = scheme.family;
      abstract_ = scheme.name == "abstract";
      return true;
    }
    if (url) refuse_layers(written);
    if (contains(kLaterLocal, name)) refuse_later(written);
    endpoint_.listen_ = false;
    return false;
  }

  // ws, or layers such as ws+tls+unix: names which of them nobody knows.
  [[noreturn]] void refuse_layers(std::string_view written) {
    std::string_view left = written;
    while (!left.empty()) {
      auto [layer, rest] = split(left, '+');
      left = rest;
      const std::string_view whole = layer;
      if (!drop_suffix(layer, "-listen")) drop_suffix(layer, "-l");
      const bool known =
          contains(kLaterUrls, layer) || contains(kLaterLocal, layer) ||
          std::any_of(kSchemes.begin(), kSchemes.end(), [&layer = layer](const Scheme& scheme) {
            return equal_ignoring_case(scheme.name, layer);
          });
      if (!known) fail(fmt::format("unknown scheme '{}'", whole));
    }
    if (written.empty() || written.back() == '+') fail(fmt::format("unknown scheme '{}'", written));
    refuse_later(written);
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
  }

  void add_option(std::string_view key, std::string_view value) {
    const auto* known = std::find_if(kOptions.begin(), kOptions.end(),
                                     [&](const KnownOption& o) { return o.name == key; });
    if (known == kOptions.end()) fail(fmt::format("unknown option '{}'", key));
    if (!known->fits(endpoint_.transport_)) {
      fail(fmt::format("option '{}' makes no sense for {}", key, endpoint_.scheme()));
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

Endpoint Endpoint::parse(std::string_view text) {
  return EndpointParser(text, Transport::tcp).parse();
}

Endpoint Endpoint::of(Transport transport, std::string_view host, std::uint16_t port) {
  return EndpointParser(host, transport).parse_host(host, port);
}

Endpoint Endpoint::of(Transport transport, const asio::ip::address& address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.transport_ = transport;
  endpoint.name_ = address.to_string();
  endpoint.port_ = port;
  return endpoint;
}

Endpoint Endpoint::unix_path(std::string_view path, Transport transport) {
  return EndpointParser(path, transport).parse_path(path);
}

Endpoint Endpoint::of(Transport transport, const sockaddr* address, socklen_t size) {
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return of(transport, asio::ip::address_v4(ntohl(in.sin_addr.s_addr)), ntohs(in.sin_port));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    const asio::ip::address_v6 v6(bytes, in.sin6_scope_id);
    // An IPv4 peer of a dual-stack listener is shown as what it is.
    if (v6.is_v4_mapped()) {
      return of(transport, asio::ip::make_address_v4(asio::ip::v4_mapped, v6), ntohs(in.sin6_port));
    }
    return of(transport, v6, ntohs(in.sin6_port));
  }
  if (address->sa_family == AF_UNIX && size >= sizeof(sa_family_t)) {
    Endpoint endpoint;
    endpoint.transport_ = transport;
    const char* path = reinterpret_cast<const char*>(address) + offsetof(sockaddr_un, sun_path);
    const std::size_t length = size - offsetof(sockaddr_un, sun_path);
    if (length != 0 && path[0] == '\0') {
      endpoint.name_.append("@").append(path + 1, length - 1);
    } else {
      endpoint.name_.assign(path, ::strnlen(path, length));
    }
    return endpoint;
  }
  throw BadEndpoint({}, fmt::format("unknown address family {}", address->sa_family));
}

const std::string& Endpoint::nothing() noexcept {
  static const std::string empty;
  return empty;
}

std::optional<asio::ip::address> Endpoint::address() const {
  if (is_unix()) return std::nullopt;
  asio::error_code error;
  const auto address = asio::ip::make_address(name_, error);
  if (error) return std::nullopt;
  return address;
}

bool Endpoint::is_all_interfaces() const {
  return !is_unix() && (name_ == "*" || name_ == "0.0.0.0" || name_ == "::");
}

std::optional<std::string_view> Endpoint::option(std::string_view key) const noexcept {
  for (const auto& [name, value] : options_) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::optional<unsigned> Endpoint::mode() const noexcept {
  const auto text = option("mode");
  return text ? parse_octal(*text) : std::nullopt;
}

std::optional<bool> Endpoint::unlink() const noexcept {
  const auto text = option("unlink");
  return text ? parse_switch(*text) : std::nullopt;
}

std::optional<int> Endpoint::backlog() const noexcept {
  const auto text = option("backlog");
  const auto count = text ? parse_count(*text) : std::nullopt;
  return count ? std::optional(static_cast<int>(*count)) : std::nullopt;
}

std::optional<Duration> Endpoint::idle() const noexcept {
  const auto text = option("idle");
  return text ? parse_duration(*text) : std::nullopt;
}

Endpoint Endpoint::with_port(std::uint16_t port) const {
  Endpoint other = *this;
  if (!is_unix()) other.port_ = port;
  return other;
}

Endpoint Endpoint::with_listen(bool listen) const {
  Endpoint other = *this;
  other.listen_ = listen;
  return other;
}

std::string_view Endpoint::scheme() const noexcept {
  if (transport_ == Transport::unix_stream && is_abstract()) return "abstract";
  for (const Scheme& scheme : kSchemes) {
    if (scheme.transport == transport_ && scheme.family == family_) return scheme.name;
  }
  return "tcp";
}

std::string Endpoint::target() const {
  if (!is_unix()) return short_name();
  if (transport_ != Transport::unix_stream || !is_abstract()) return percent_encoded(name_);
  const std::string_view name = std::string_view(name_).substr(1);
  if (!name.starts_with('@')) return percent_encoded(name);
  return "%40" + percent_encoded(name.substr(1));
}

std::string Endpoint::to_string() const {
  return fmt::format("{}://{}", scheme(), target());
}

std::string Endpoint::url() const {
  std::string text = fmt::format("{}{}://{}", scheme(), listen_ ? "-listen" : "", target());
  char separator = '?';
  for (const auto& [key, value] : options_) {
    text += separator + key + "=" + value;
    separator = '&';
  }
  return text;
}

std::string Endpoint::short_name() const {
  if (is_unix()) return name_;
  if (name_.find(':') == std::string::npos) return fmt::format("{}:{}", name_, port_);
  const std::size_t percent = name_.find('%');
  if (percent == std::string::npos) return fmt::format("[{}]:{}", name_, port_);
  return fmt::format("[{}%25{}]:{}", name_.substr(0, percent), name_.substr(percent + 1), port_);
}

bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
  return (a <=> b) == 0;
}

std::strong_ordering operator<=>(const Endpoint& a, const Endpoint& b) noexcept {
  const auto key = [](const Endpoint& e) {
    return std::tie(e.transport_, e.family_, e.listen_, e.name_, e.port_, e.options_);
  };
  return key(a) <=> key(b);
}

}  // namespace gnet
