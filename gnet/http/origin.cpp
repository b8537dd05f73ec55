#include "gnet/http/origin.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <string>
#include <system_error>

#include "gnet/http/ascii.h"
#include "gnet/http/request.h"
#include "gnet/io/endpoint.h"

namespace gnet::http::detail {
namespace {

std::string_view without_default_port(std::string_view authority) {
  for (const std::string_view port : {":80", ":443"}) {
    if (authority.ends_with(port)) return authority.substr(0, authority.size() - port.size());
  }
  return authority;
}

// "::1" of "[::1]:80".
std::string_view name_of(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_loopback(std::string_view text) {
  std::error_code error;
  const auto address = asio::ip::make_address(std::string(text), error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

bool is_own_name(std::string_view name) {
  std::error_code error;
  asio::ip::make_address(std::string(name), error);
  if (!error) return true;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string lower = to_lower(name);
  return lower == "localhost" || lower.ends_with(".localhost");
}

}  // namespace

bool is_listed_origin(std::string_view origin, const std::vector<std::string>& list) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& one) {
    return one == "*" || equal_ignoring_case(one, origin);
  });
}

bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (host.empty() || !origin.starts_with(scheme)) continue;
    const std::string_view authority = origin.substr(scheme.size());
    return to_lower(without_default_port(authority)) == to_lower(without_default_port(host));
  }
  return false;  // "null" among others
}

bool is_rebound(std::string_view peer, std::string_view host) {
  return !host.empty() && is_loopback(peer) && !is_own_name(name_of(host));
}

bool is_rebound(const Request& request) {
  return is_rebound(request.peer().host(), request.head().authority());
}

}  // namespace gnet::http::detail
