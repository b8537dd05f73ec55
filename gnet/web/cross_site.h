// Whether a page of another site has made a browser send this request.
//
//   if (comes_from_elsewhere(request, options.origins)) throw http::HTTPError(403, …);
//
// A browser says so in Origin (RFC 6454 §7.3), which it sends with all but GET and HEAD, and in
// Sec-Fetch-Site (Fetch Metadata). Programs send neither. What is behind another port of this host
// is elsewhere.
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gnet::http {
class Request;
}

namespace gnet::web::detail {

// `origins` are those that may nevertheless; "*" is any.
[[nodiscard]] bool comes_from_elsewhere(const http::Request& request,
                                        const std::vector<std::string>& origins);

// "https://a.example:443" is the origin of what "a.example" as a Host is: the scheme is not known
// behind a proxy.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace gnet::web::detail
