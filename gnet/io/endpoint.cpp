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
#include "gnet/io/endpoint_text.h"

namespace gnet {
namespace {

// What separates options from each other is no part of their values.
std::string option_encoded(std::string_view text) {
  return detail::percent_encoded(text, "&");
}

std::string user_encoded(std::string_view text) {
  return detail::percent_encoded(text, ":@/");
}

std::string masked(std::string_view endpoint) {
  return printable(mask_secrets(endpoint));
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  if (host.find(':') == std::string::npos) return fmt::format("{}:{}", host, port);
  const std::size_t percent = host.find('%');
  if (percent == std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("[{}%25{}]:{}", host.substr(0, percent), host.substr(percent + 1), port);
}

}  // namespace

BadEndpoint::BadEndpoint(std::string_view endpoint, std::string_view problem)
    : std::invalid_argument(
          fmt::format("bad endpoint '{}': {}", masked(endpoint), printable(problem))),
      problem_(masked(endpoint).size() + std::string_view("bad endpoint '': ").size()) {}

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
  if (!is_ip()) return std::nullopt;
  asio::error_code error;
  const auto address = asio::ip::make_address(name_, error);
  if (error) return std::nullopt;
  return address;
}

bool Endpoint::is_all_interfaces() const {
  return is_ip() && (name_ == "*" || name_ == "0.0.0.0" || name_ == "::");
}

std::string Endpoint::server_name() const {
  if (const auto name = option("sni")) return std::string(*name);
  if (proxy()) return target_host_;
  return is_unix() ? std::string("localhost") : name_;
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
  if (is_ip()) other.port_ = port;
  return other;
}

Endpoint Endpoint::with_host(std::string_view host) const {
  Endpoint other = *this;
  if (!is_ip()) return other;
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

bool Endpoint::has_layer(Layer layer) const noexcept {
  return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
}

std::optional<Layer> Endpoint::proxy() const noexcept {
  const auto found = std::find_if(layers_.begin(), layers_.end(), is_proxy);
  return found == layers_.end() ? std::nullopt : std::optional(*found);
}

Endpoint Endpoint::with_tls(bool tls) const {
  Endpoint other = *this;
  auto& layers = other.layers_;
  const auto above = [&] { return std::find_if(layers.begin(), layers.end(), is_proxy); };
  layers.erase(std::remove(layers.begin(), above(), Layer::tls), above());
  if (tls && detail::is_byte_stream(transport_)) layers.insert(above(), Layer::tls);
  return other;
}

Endpoint Endpoint::without_layers() const {
  Endpoint other = *this;
  other.layers_.clear();
  other.target_host_.clear();
  other.target_port_ = 0;
  other.user_.clear();
  other.password_.clear();
  other.request_target_.clear();
  std::erase_if(other.options_, [&](const auto& option) {
    return !detail::find_endpoint_option(option.first)->fits(other);
  });
  return other;
}

void Endpoint::check_connects() const {
  if (transport_ == Transport::systemd) {
    throw BadEndpoint(url(), "'systemd' only listens: it is a socket that a supervisor has opened");
  }
  if (is_ip() && name_ == "*") throw BadEndpoint(url(), "'*' is for listening only");
}

void Endpoint::check_listens() const {
  if (const auto layer = proxy()) {
    throw BadEndpoint(url(), fmt::format("'{}' only connects: what listens is gnet proxy",
                                         detail::to_string(*layer)));
  }
  if (!is_local() || transport_ == Transport::inetd || transport_ == Transport::systemd) return;
  const bool program = transport_ == Transport::exec || transport_ == Transport::shell;
  throw BadEndpoint(url(),
                    fmt::format("'{}' only connects: {}", scheme(),
                                program ? "gnet exec-server runs a program for each connection"
                                        : "tcp, tls, ws, udp, unix, inetd and systemd listen"));
}

Endpoint Endpoint::with_family(Family family) const {
  Endpoint other = *this;
  if (!is_ip()) return other;
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

// Behind "scheme:".
std::string Endpoint::local_target() const {
  switch (detail::local_target(transport_)) {
    case detail::LocalTarget::command:
      return name_;
    case detail::LocalTarget::text:
      return detail::percent_encoded(name_);
    default:
      break;
  }
  // What two slashes begin is not the path.
  if (!name_.starts_with("//")) return detail::percent_encoded(name_);
  return "%2F" + detail::percent_encoded(std::string_view(name_).substr(1));
}

std::string Endpoint::unix_target() const {
  if (transport_ != Transport::unix_stream || !is_abstract()) {
    return detail::percent_encoded(name_);
  }
  const std::string_view name = std::string_view(name_).substr(1);
  if (!name.starts_with('@')) return detail::percent_encoded(name);
  return "%40" + detail::percent_encoded(name.substr(1));
}

// Behind "scheme://", up to the options.
std::string Endpoint::target() const {
  std::string text = is_unix() ? unix_target() : short_name();
  if (is_unix()) return text;
  if (proxy()) text.append("/").append(host_and_port(target_host_, target_port_));
  if (request_target_.find('?') == std::string::npos) text += request_target_;
  return text;
}

std::string Endpoint::to_string() const {
  if (is_local()) return fmt::format("{}:{}", scheme(), local_target());
  std::string text = fmt::format("{}://{}", scheme(), target());
  const std::size_t query = request_target_.find('?');
  if (!is_unix())
    return query == std::string::npos ? text : text + request_target_.substr(0, query);
  char separator = '?';
  if (!request_target_.empty()) {
    text += "?path=" + option_encoded(request_target_.substr(0, query));
    separator = '&';
  }
  if (proxy()) text += separator + ("target=" + host_and_port(target_host_, target_port_));
  return text;
}

std::string Endpoint::url() const {
  const std::string_view role = listen_ && transport_ != Transport::systemd ? "-listen" : "";
  std::string text = scheme().append(role);
  if (is_local()) {
    text.append(":").append(local_target());
  } else {
    text.append("://");
    if (!user_.empty()) {
      text += user_encoded(user_);
      if (!password_.empty()) text.append(":").append(user_encoded(password_));
      text += '@';
    }
    text += target();
  }
  Options all = options_;
  const bool in_target = is_ip() && request_target_.find('?') == std::string::npos;
  if (!request_target_.empty() && !in_target) all.emplace_back("path", request_target_);
  if (is_unix() && proxy()) all.emplace_back("target", host_and_port(target_host_, target_port_));
  std::sort(all.begin(), all.end());
  char separator = '?';
  for (const auto& [key, value] : all) {
    text += separator + key + "=" + option_encoded(value);
    separator = '&';
  }
  return text;
}

std::string Endpoint::short_name() const {
  if (is_local()) return to_string();
  return is_unix() ? name_ : host_and_port(name_, port_);
}

bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
  return (a <=> b) == 0;
}

std::strong_ordering operator<=>(const Endpoint& a, const Endpoint& b) noexcept {
  const auto key = [](const Endpoint& e) {
    return std::tie(e.transport_, e.layers_, e.family_, e.listen_, e.name_, e.port_, e.options_,
                    e.target_host_, e.target_port_, e.user_, e.password_, e.request_target_);
  };
  return key(a) <=> key(b);
}

}  // namespace gnet
