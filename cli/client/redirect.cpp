#include "cli/client/redirect.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/line/value.h"

namespace cli {
namespace {

std::optional<asio::ip::address> as_address(std::string_view text) {
  asio::error_code error;
  const auto address = asio::ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::optional(address);
}

bool is_bracketed(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']';
}

// Cuts the first part off, up to a colon; one in brackets may have colons in it.
std::optional<std::string_view> next_part(std::string_view& text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return part;
}

// Hosts as endpoints have them: without brackets, in lower case, addresses in their one spelling.
std::string plain_host(std::string_view text) {
  if (is_bracketed(text)) {
    const auto address = as_address(text.substr(1, text.size() - 2));
    if (!address || !address->is_v6()) throw BadValue(fmt::format("{} is no IPv6 address", text));
    return address->to_string();
  }
  if (text.find_first_of(":[]/ ") != std::string_view::npos) {
    throw BadValue(fmt::format("'{}' is no host", text));
  }
  std::string host(text);
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return host;
}

std::uint16_t port_of(std::string_view text) {
  PortRange range;
  if (text.find('-') != std::string_view::npos) throw BadValue("port must be 1-65535");
  read_value(text, range);
  if (range.low == 0) throw BadValue("port must be 1-65535");
  return range.low;
}

std::optional<std::uint16_t> optional_port(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(port_of(text));
}

asio::ip::address address_of(std::string_view text) {
  const auto address = as_address(is_bracketed(text) ? text.substr(1, text.size() - 2) : text);
  if (!address) throw BadValue(fmt::format("'{}' is no address", text));
  return *address;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string port_text(std::optional<std::uint16_t> port) {
  return port ? std::to_string(*port) : std::string();
}

}  // namespace

PinnedHost PinnedHost::parse(std::string_view text) {
  constexpr const char* kWanted = "must be HOST:PORT:ADDRESS, like example.org:80:127.0.0.1";
  const bool takes_back = text.starts_with('-');
  if (takes_back || text.starts_with('+')) text.remove_prefix(1);
  PinnedHost pin;
  const auto host = next_part(text);
  if (!host || host->empty()) throw BadValue(kWanted);
  pin.host_ = plain_host(*host);
  if (takes_back) {
    pin.port_ = port_of(text);
    return pin;
  }
  const auto port = next_part(text);
  if (!port || text.empty()) throw BadValue(kWanted);
  pin.port_ = port_of(*port);
  for (;;) {
    const std::size_t comma = text.find(',');
    pin.addresses_.push_back(address_of(text.substr(0, comma)));
    if (comma == std::string_view::npos) return pin;
    text.remove_prefix(comma + 1);
  }
}

bool PinnedHost::matches(std::string_view host, std::uint16_t port) const {
  return port == port_ && (is_any_host() || host == host_);
}

std::string PinnedHost::to_string() const {
  std::string text = fmt::format("{}:{}", bracketed(host_), port_);
  if (addresses_.empty()) return "-" + text;
  char separator = ':';
  for (const auto& address : addresses_) {
    text += separator + bracketed(address.to_string());
    separator = ',';
  }
  return text;
}

std::vector<asio::ip::address> pinned_addresses(const std::vector<PinnedHost>& pins,
                                                std::string_view host, std::uint16_t port) {
  for (const bool any_host : {false, true}) {
    const auto last = std::find_if(pins.rbegin(), pins.rend(), [&](const PinnedHost& pin) {
      return pin.is_any_host() == any_host && pin.matches(host, port);
    });
    if (last != pins.rend() && !last->addresses().empty()) return last->addresses();
  }
  return {};
}

Redirect Redirect::parse(std::string_view text) {
  const auto from_host = next_part(text);
  const auto from_port = from_host ? next_part(text) : std::nullopt;
  if (!from_port) {
    throw BadValue("must be HOST1:PORT1:HOST2:PORT2, like example.org:80:localhost:8080");
  }
  Redirect redirect;
  redirect.from_host_ = plain_host(*from_host);
  redirect.from_port_ = optional_port(*from_port);
  // As in curl the last colon may be missing, with the port.
  const auto to_host = next_part(text);
  redirect.to_host_ = plain_host(to_host.value_or(text));
  if (to_host) redirect.to_port_ = optional_port(text);
  return redirect;
}

bool Redirect::matches(std::string_view host, std::uint16_t port) const {
  return (from_host_.empty() || host == from_host_) && port == from_port_.value_or(port);
}

std::string Redirect::host_for(std::string_view host) const {
  return to_host_.empty() ? std::string(host) : to_host_;
}

std::uint16_t Redirect::port_for(std::uint16_t port) const {
  return to_port_.value_or(port);
}

std::string Redirect::to_string() const {
  return fmt::format("{}:{}:{}:{}", bracketed(from_host_), port_text(from_port_),
                     bracketed(to_host_), port_text(to_port_));
}

std::string show(const PinnedHost& pin) {
  return pin.to_string();
}

std::string show(const Redirect& redirect) {
  return redirect.to_string();
}

}  // namespace cli
