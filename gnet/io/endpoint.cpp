#include "gnet/io/endpoint.h"

#include <fmt/format.h>
#include <asio/ip/address.hpp>

#include <algorithm>
#include <tuple>

#include "gnet/base/mask.h"
#include "gnet/base/size.h"
#include "gnet/base/utf8.h"
#include "gnet/io/endpoint_options.h"
#include "gnet/io/endpoint_schemes.h"

namespace gnet {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/:@!$&'()*,;=~+-._";
  std::string result;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

// What separates options from each other is no part of their values.
std::string option_encoded(std::string_view text) {
  std::string result;
  for (const char c : percent_encoded(text)) {
    if (c == '&') {
      result += "%26";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

BadEndpoint::BadEndpoint(std::string_view endpoint, std::string_view problem)
    : std::invalid_argument(fmt::format("bad endpoint '{}': {}", printable(mask_secrets(endpoint)),
                                        printable(problem))) {}

Endpoint Endpoint::of(Transport transport, const asio::ip::address& address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.transport_ = transport;
  endpoint.name_ = address.to_string();
  endpoint.port_ = port;
  return endpoint;
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

std::string Endpoint::server_name() const {
  return std::string(option("sni").value_or(is_unix() ? "localhost" : std::string_view(name_)));
}

std::optional<std::string_view> Endpoint::option(std::string_view key) const noexcept {
  for (const auto& [name, value] : options_) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::optional<unsigned> Endpoint::mode() const noexcept {
  const auto text = option("mode");
  return text ? detail::parse_mode(*text) : std::nullopt;
}

std::optional<bool> Endpoint::unlink() const noexcept {
  const auto text = option("unlink");
  return text ? detail::parse_switch(*text) : std::nullopt;
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

Endpoint Endpoint::with_host(std::string_view host) const {
  Endpoint other = *this;
  if (is_unix()) return other;
  other.name_ = of(transport_, host, port_).name_;
  const auto address = other.address();
  if (address && family_ != Family::any && address->is_v4() != (family_ == Family::v4)) {
    throw BadEndpoint(url(), fmt::format("{} is not an IPv{} address", other.name_,
                                         family_ == Family::v4 ? 4 : 6));
  }
  return other;
}

Endpoint Endpoint::with_listen(bool listen) const {
  Endpoint other = *this;
  other.listen_ = listen;
  return other;
}

bool Endpoint::is_tls() const noexcept {
  return std::find(layers_.begin(), layers_.end(), Layer::tls) != layers_.end();
}

Endpoint Endpoint::with_tls(bool tls) const {
  Endpoint other = *this;
  std::erase(other.layers_, Layer::tls);
  if (tls && detail::is_byte_stream(transport_)) other.layers_.push_back(Layer::tls);
  return other;
}

Endpoint Endpoint::with_family(Family family) const {
  Endpoint other = *this;
  if (is_unix()) return other;
  other.family_ = family;
  if (family == Family::any) return other;
  const bool v4 = family == Family::v4;
  if (name_ == "*") {
    other.name_ = v4 ? "0.0.0.0" : "::";
  } else if (!v4 && name_ == "127.0.0.1") {
    other.name_ = "::1";
  } else if (const auto host = address(); host && host->is_v4() != v4) {
    throw BadEndpoint(url(), fmt::format("{} is not an IPv{} address", name_, v4 ? 4 : 6));
  }
  return other;
}

std::string Endpoint::scheme() const {
  const bool abstract = transport_ == Transport::unix_stream && is_abstract();
  return detail::endpoint_scheme(transport_, family_, abstract, layers_);
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
    text += separator + key + "=" + option_encoded(value);
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
    return std::tie(e.transport_, e.layers_, e.family_, e.listen_, e.name_, e.port_, e.options_);
  };
  return key(a) <=> key(b);
}

}  // namespace gnet
