#include "gnet/web/cross_site.h"

#include "gnet/http/origin.h"
#include "gnet/http/request.h"

namespace gnet::web::detail {

bool comes_from_elsewhere(const http::Request& request, const std::vector<std::string>& origins,
                          OwnNames names) {
  if (const auto origin = request.header("Origin")) {
    if (http::detail::is_listed_origin(*origin, origins)) return false;
    const auto host = request.header(http::FieldName::host).value_or("");
    if (!http::detail::is_own_origin(*origin, host)) return true;
  } else {
    const auto site = request.header("Sec-Fetch-Site").value_or("none");
    if (site == "none") return false;
    if (site != "same-origin") return true;
  }
  return names == OwnNames::local && http::detail::is_rebound(request);
}

}  // namespace gnet::web::detail
