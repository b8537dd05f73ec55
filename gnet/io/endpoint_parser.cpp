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
#include "gnet/base/words.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/endpoint_options.h"
#include "gnet/io/endpoint_schemes.h"
#include "gnet/io/endpoint_text.h"

namespace gnet {
namespace {

using detail::all_digits;
using detail::drop_suffix;
using detail::EndpointScheme;
using detail::equal_ignoring_case;
using detail::is_control;
using detail::is_digit;
using detail::is_letter;
using detail::LocalTarget;
using detail::lowered;
using detail::split;
using detail::without_brackets;

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

// What belongs to others, and a scheme that will come.
constexpr std::array<std::string_view, 4> kOthers = {"http", "https", "redis", "dtls"};

// Options of socat that need no counterpart here: every listener serves many connections and may
// take an address whose old connections linger.
constexpr std::array<std::string_view, 8> kIgnored = {"fork",     "reuseaddr",   "so-reuseaddr",
                                                      "nodelay",  "tcp-nodelay", "cloexec",
                                                      "nonblock", "unlink-close"};
// Of files: the way that a file is used says it.
constexpr std::array<std::string_view, 5> kIgnoredOfFiles = {"creat", "create", "rdonly", "wronly",
                                                             "rdwr"};

// Names of socat's that stand without a colon.
constexpr std::array<std::string_view, 4> kAlone = {"stdio", "stdin", "stdout", "pipe"};

constexpr std::string_view kSOCKSPort = "1080";

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view entry) { return equal_ignoring_case(entry, name); });
}

std::string_view default_port(const Endpoint& endpoint, bool behind_proxy) {
  const auto proxy = endpoint.proxy();
  if (proxy && !behind_proxy) return *proxy == Layer::connect ? std::string_view() : kSOCKSPort;
  if (!endpoint.is_ws() || endpoint.is_listen()) return {};
  const auto& layers = endpoint.layers();
  return layers.size() > 1 && layers[1] == Layer::tls ? "443" : "80";
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
    const bool is_text = text_.size() > 5 && equal_ignoring_case(text_.substr(0, 5), "text:");
    if (!is_text && std::any_of(text_.begin(), text_.end(), is_control)) {
      fail("it has a control character in it");
    }
    if (text_.front() == '/' || text_.front() == '@' || text_.starts_with("./") ||
        text_.starts_with("../")) {
      endpoint_.transport_ = endpoint_.transport_ == Transport::udp ? Transport::unix_datagram
                                                                    : Transport::unix_stream;
      set_path(std::string(text_));
    } else if (text_ == "-") {
      endpoint_.transport_ = Transport::stdio;
    } else if (contains(kAlone, text_)) {
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

  Endpoint parse_host(std::string_view host, std::uint16_t port) {
    if (endpoint_.is_unix()) fail("a unix socket has no host and port");
    if (!endpoint_.is_ip()) fail(fmt::format("{} has no host and port", endpoint_.scheme()));
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
  std::string_view take_user(std::string_view authority) {
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
  void set_target(std::string_view text) {
    if (!endpoint_.target_host_.empty()) fail("option 'target' is given twice");
    EndpointParser target(text_, Transport::tcp);
    target.parse_host_port(text, false, default_port(endpoint_, true));
    if (target.endpoint_.name_ == "*") fail("'*' is for listening only");
    endpoint_.target_host_ = std::move(target.endpoint_.name_);
    endpoint_.target_port_ = target.endpoint_.port_;
  }

  void set_request_target(std::string_view path) {
    if (!endpoint_.request_target_.empty()) fail("option 'path' is given twice");
    endpoint_.request_target_ = *detail::find_endpoint_option("path")->canonical(path);
  }

  // What in the query of a WebSocket's URL is no option goes to the server.
  void end_request_target() {
    if (query_.empty()) return;
    std::string& whole = endpoint_.request_target_;
    if (whole.empty()) whole = "/";
    whole += whole.find('?') == std::string::npos ? '?' : '&';
    whole = *detail::find_endpoint_option("path")->canonical(whole + query_);
  }

  // exec:cat, fd:3, file:/etc/motd, and what socat calls them.
  void parse_local(std::string_view scheme, std::string_view rest) {
    if (equal_ignoring_case(scheme, "stdin") || equal_ignoring_case(scheme, "stdout")) {
      refuse_rest(scheme, rest);
      endpoint_.name_ = equal_ignoring_case(scheme, "stdin") ? "0" : "1";
      return;
    }
    if (equal_ignoring_case(scheme, "pipe") && !rest.empty()) {  // a FIFO
      endpoint_.transport_ = Transport::file;
      return parse_open(rest);
    }
    if (equal_ignoring_case(scheme, "open") || equal_ignoring_case(scheme, "gopen")) {
      return parse_open(rest);
    }
    switch (detail::local_target(endpoint_.transport_)) {
      case LocalTarget::nothing:
        return refuse_rest(scheme, rest);
      case LocalTarget::command:
        return set_command(scheme, rest);
      case LocalTarget::text:
        endpoint_.name_ = percent_decoded(rest);
        return;
      default:
        break;
    }
    if (rest.starts_with("//")) rest.remove_prefix(2);
    const auto [target, query] = split(rest, '?');
    endpoint_.name_ = percent_decoded(target);
    check_local_name(endpoint_.name_);
    parse_query(query);
  }

  void check_local_name(const std::string& name) {
    if (endpoint_.transport_ == Transport::file) {
      if (name.empty()) fail("path is missing");
      if (name.find('\0') != std::string::npos) fail("path has a NUL byte in it");
    } else if (endpoint_.transport_ == Transport::fd) {
      if (!all_digits(name) || name.size() > 6) fail("descriptor must be a number, as in fd:3");
      endpoint_.name_ = std::to_string(std::stoi(name));
    } else if (!std::all_of(name.begin(), name.end(), [](char c) {
                 return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '@';
               })) {
      fail(fmt::format("'{}' is not the name of a socket", name));
    }
  }

  void refuse_rest(std::string_view scheme, std::string_view rest) const {
    if (!rest.empty() && rest != "//") {
      fail(fmt::format("nothing can stand behind '{}:'; a host of that name is tcp://{}:{}", scheme,
                       scheme, all_digits(rest) ? rest : "port"));
    }
  }

  // All of it is the command, but for options of socat where it is spelled as socat does.
  void set_command(std::string_view scheme, std::string_view command) {
    const bool socat = scheme == "EXEC" || scheme == "SYSTEM";
    for (std::size_t comma = 0; socat && comma != std::string_view::npos;) {
      comma = command.rfind(',');
      if (comma == std::string_view::npos) break;
      const std::string_view option = command.substr(comma + 1);
      if (!contains(kIgnored, split(option, '=').first)) {
        fail(fmt::format("unknown option '{}'; in a command with commas write {}: in small letters",
                         option, lowered(scheme)));
      }
      endpoint_.ignored_.emplace(endpoint_.ignored_.begin(), option);
      command = command.substr(0, comma);
    }
    const auto words = split_words(command);
    if (endpoint_.transport_ == Transport::exec && !words) fail("a quote is not closed");
    if (words && words->empty()) fail("command is missing");
    endpoint_.name_ = command;
  }

  // OPEN:path,append
  void parse_open(std::string_view rest) {
    auto [path, options] = split(rest, ',');
    while (!options.empty()) {
      const auto [option, others] = split(options, ',');
      options = others;
      const auto [key, value] = split(option, '=');
      if (contains(kIgnored, key) || contains(kIgnoredOfFiles, key)) {
        endpoint_.ignored_.emplace_back(option);
      } else {
        add_option(equal_ignoring_case(key, "trunc") ? "truncate" : lowered(key), value);
      }
    }
    endpoint_.name_ = path;
    check_local_name(endpoint_.name_);
  }

  void check(void (Endpoint::*rule)() const) {
    try {
      (endpoint_.*rule)();
    } catch (const BadEndpoint& error) {
      fail(error.problem());
    }
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

  // True if the name is a scheme; a text with "//" (url) must have one. Hosts may be called ws or
  // connect: with a mere colon these are no schemes.
  bool set_scheme(std::string_view written, bool url) {
    std::string_view name = written;
    const bool listen = drop_suffix(name, "-listen") || drop_suffix(name, "-l");
    if (!listen) drop_suffix(name, "-connect");
    if (url || name.find('+') != std::string_view::npos || !is_url_only(name)) {
      if (set_layers(name)) {
        endpoint_.listen_ = listen;
        return true;
      }
      if (url) refuse_layers(written);
    }
    return false;
  }

  static bool is_url_only(std::string_view name) {
    const auto* const scheme = detail::find_endpoint_scheme(name);
    return scheme != nullptr && !scheme->layers.empty() && scheme->layers.front() != Layer::tls;
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
    const auto proxy = endpoint_.proxy();
    if (is_proxy(layer) && proxy && *proxy != layer) {
      fail(fmt::format("'{}' and '{}' exclude each other: it can go through one proxy",
                       detail::to_string(*proxy), name));
    }
    // TLS to the proxy, and TLS through it.
    const auto after = is_proxy(layer) || !proxy ? layers.begin()
                                                 : std::find(layers.begin(), layers.end(), *proxy);
    if (std::find(after, layers.end(), layer) != layers.end()) {
      fail(fmt::format("'{}' is there twice", name));
    }
    if (layer == Layer::ws && !layers.empty()) {
      fail("'ws' can only stand first, as in ws+tls+unix");
    }
    layers.push_back(layer);
  }

  // A name that nobody knows, or layers such as ws+foo: names the one that is wrong.
  [[noreturn]] void refuse_layers(std::string_view written) {
    std::string_view left = written;
    std::string_view misplaced;
    while (!left.empty()) {
      auto [layer, rest] = split(left, '+');
      left = rest;
      const std::string_view whole = layer;
      if (!drop_suffix(layer, "-listen")) drop_suffix(layer, "-l");
      if (contains(kOthers, layer)) refuse_other(layer);
      if (detail::find_endpoint_scheme(layer) == nullptr) {
        fail(fmt::format("unknown scheme '{}'", whole));
      }
      if (misplaced.empty() && layer.size() != whole.size()) misplaced = whole;
    }
    if (written.empty() || written.back() == '+') fail(fmt::format("unknown scheme '{}'", written));
    refuse_place(misplaced);
  }

  [[noreturn]] void refuse_place(std::string_view part) {
    fail(fmt::format("'{}' can only stand last, as in tls+unix", part));
  }

  [[noreturn]] void refuse_other(std::string_view scheme) {
    if (lowered(scheme).starts_with("http")) {
      fail(fmt::format("scheme '{}' is for URLs, as gnet http takes them; a connection is {}",
                       scheme, scheme.size() == 4 ? "tcp://host:80" : "tls://host:443"));
    }
    fail(fmt::format("scheme '{}' is not supported by this version", scheme));
  }

  void parse_host_port(std::string_view text, bool port_alone, std::string_view usual_port = {}) {
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
    if (rest.empty() && !usual_port.empty()) return set_port(usual_port);
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
    if (!detail::percent_decode(text, result)) fail("after '%' come two hexadecimal digits");
    return result;
  }

  void parse_query(std::string_view query) {
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
  [[nodiscard]] bool goes_to_server(std::string_view key) const {
    if (!endpoint_.is_ws() || endpoint_.is_listen()) return false;
    const auto* const known = detail::find_endpoint_option(key);
    return known == nullptr || !known->fits(endpoint_);
  }

  void add_option(std::string_view key, std::string_view value) {
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

  std::string_view text_;
  Endpoint endpoint_;
  std::string query_;  // of a WebSocket's URL, as far as it goes to the server
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
