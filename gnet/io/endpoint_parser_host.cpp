// Reading endpoints: hosts and ports, and the paths of unix sockets.

#include <fmt/format.h>
#include <sys/un.h>
#include <asio/ip/address.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "gnet/io/endpoint_parser.h"
#include "gnet/io/endpoint_text.h"

namespace gnet {
namespace {

using detail::all_digits;
using detail::is_digit;
using detail::is_letter;
using detail::lowered;

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace

void EndpointParser::parse_host_port(std::string_view text, bool port_alone,
                                     std::string_view usual_port) {
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

void EndpointParser::set_port(std::string_view text) {
  unsigned port = 0;
  for (const char c : text) {
    if (!is_digit(c) || (port = port * 10 + static_cast<unsigned>(c - '0')) > 0xffff) {
      fail("port must be 0-65535");
    }
  }
  endpoint_.port_ = static_cast<std::uint16_t>(port);
}

void EndpointParser::set_host(std::string_view host) {
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

void EndpointParser::set_v4(std::string_view host) {
  asio::error_code error;
  const auto address = asio::ip::make_address_v4(std::string(host), error);
  if (error) fail(fmt::format("'{}' is not an IPv4 address", host));
  if (endpoint_.family_ == Family::v6) {
    fail(fmt::format("{} is not an IPv6 address, as {} needs", host, endpoint_.scheme()));
  }
  endpoint_.name_ = address.to_string();
}

// The zone of a link-local address stands after '%', in URLs after "%25" (RFC 6874).
void EndpointParser::set_v6(std::string_view host) {
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
void EndpointParser::set_name(std::string_view host) {
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

void EndpointParser::set_unix_target(std::string_view target, bool encoded) {
  // abstract://@name means the same as abstract://name; a name that starts with '@' is %40…
  if (abstract_ && target.starts_with('@')) target.remove_prefix(1);
  std::string path = encoded ? percent_decoded(target) : std::string(target);
  if (abstract_) path.insert(path.begin(), '@');
  set_path(std::move(path));
}

void EndpointParser::set_path(std::string path) {
  if (path.empty()) fail("path is missing");
  if (path == "@") fail("name is missing after '@'");
  const bool abstract = path.front() == '@';
  if (path.size() - (abstract ? 1 : 0) > kMaxPath) {
    fail(fmt::format("{} is longer than {} bytes", abstract ? "name" : "path", kMaxPath));
  }
  if (path.find('\0') != std::string::npos) fail("path has a NUL byte in it");
  endpoint_.name_ = std::move(path);
}

}  // namespace gnet
