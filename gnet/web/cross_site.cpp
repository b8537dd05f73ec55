#include "gnet/web/cross_site.h"

#include <algorithm>

#include "gnet/http/ascii.h"
#include "gnet/http/request.h"

namespace gnet::web::detail {

namespace {

std::string_view without_default_port(std::string_view authority) {
  for (const std::string_view port : {":80", ":443"}) {
    if (authority.ends_with(port)) return authority.substr(0, authority.size() - port.size());
  }
  return authority;
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    const std::string_view authority = origin.substr(scheme.size());
    return http::detail::to_lower(without_default_port(authority)) ==
           http::detail::to_lower(without_default_port(host));
  }
  return false;  // "null" among others
}

bool comes_from_elsewhere(const http::Request& request, const std::vector<std::string>& origins) {
  if (const auto origin = request.header("Origin")) {
    const auto is_allowed = [&](const std::string& allowed) {
      return allowed == "*" || allowed == *origin;
    };
    if (std::any_of(origins.begin(), origins.end(), is_allowed)) return false;
    return !is_own_origin(*origin, request.header(http::FieldName::host).value_or(""));
  }
  const auto site = request.header("Sec-Fetch-Site").value_or("none");
  return site != "none" && site != "same-origin";
}

}  // namespace gnet::web::detail
