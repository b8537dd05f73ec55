#include "gnet/web/cross_site.h"

#include <algorithm>

#include "gnet/http/origin.h"
#include "gnet/http/request.h"

namespace gnet::web::detail {

bool comes_from_elsewhere(const http::Request& request, const std::vector<std::string>& origins) {
  if (const auto origin = request.header("Origin")) {
    const auto is_allowed = [&](const std::string& allowed) {
      return allowed == "*" || allowed == *origin;
    };
    if (std::any_of(origins.begin(), origins.end(), is_allowed)) return false;
    return !http::detail::is_own_origin(*origin,
                                        request.header(http::FieldName::host).value_or(""));
  }
  const auto site = request.header("Sec-Fetch-Site").value_or("none");
  return site != "none" && site != "same-origin";
}

}  // namespace gnet::web::detail
