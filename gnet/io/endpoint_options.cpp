#include "gnet/io/endpoint_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gnet/base/decimal.h"
#include "gnet/base/duration.h"
#include "gnet/base/size.h"

namespace gnet::detail {
namespace {

bool is_unix(const Endpoint& endpoint) {
  return endpoint.is_unix();
}

bool has_connections(const Endpoint& endpoint) {
  return endpoint.has_connections();
}

bool is_datagram(const Endpoint& endpoint) {
  return endpoint.is_datagram();
}

bool is_file(const Endpoint& endpoint) {
  return endpoint.transport() == Transport::file;
}

bool is_ws(const Endpoint& endpoint) {
  return endpoint.is_ws();
}

// A path leaves no room for it.
bool is_proxy_on_unix(const Endpoint& endpoint) {
  return endpoint.is_unix() && endpoint.proxy();
}

bool is_tls(const Endpoint& endpoint) {
  return endpoint.is_tls();
}

// What only the side that connects has use for.
bool connects_by_tls(const Endpoint& endpoint) {
  return endpoint.is_tls() && !endpoint.is_listen();
}

std::optional<std::string> canonical_text(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> canonical_mode(std::string_view text) {
  const auto value = parse_mode(text);
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

// As it stands in a request: what is no visible ASCII is encoded.
std::optional<std::string> canonical_request_target(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f && c != '#') {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

constexpr std::array<EndpointOption, 12> kOptions = {{
    {"append", is_file, canonical_switch, "0 or 1"},
    {"backlog", has_connections, canonical_backlog, "a number from 1"},
    {"cacert", connects_by_tls, canonical_text, "a file"},
    {"cert", is_tls, canonical_text, "a file"},
    {"idle", is_datagram, canonical_duration, "a duration"},
    {"key", is_tls, canonical_text, "a file"},
    {"mode", is_unix, canonical_mode, "an octal number up to 0777"},
    {"path", is_ws, canonical_request_target, "a path that begins with '/'"},
    {"sni", connects_by_tls, canonical_text, "a name"},
    {"target", is_proxy_on_unix, canonical_text, "host:port"},
    {"truncate", is_file, canonical_switch, "0 or 1"},
    {"unlink", is_unix, canonical_switch, "0 or 1"},
}};

}  // namespace

const EndpointOption* find_endpoint_option(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(kOptions.begin(), kOptions.end(),
                   [&](const EndpointOption& option) { return option.name == name; });
  return found == kOptions.end() ? nullptr : found;
}

std::optional<unsigned> parse_mode(std::string_view text) noexcept {
  unsigned value = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<unsigned>(c - '0');
  }
  if (value > 0777) return std::nullopt;
  return value;
}

std::optional<bool> parse_switch(std::string_view text) noexcept {
  for (const std::string_view yes : {"", "1", "yes", "true", "on"}) {
    if (equal_ignoring_case(text, yes)) return true;
  }
  for (const std::string_view no : {"0", "no", "false", "off"}) {
    if (equal_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

}  // namespace gnet::detail
