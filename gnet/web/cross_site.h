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
#include <vector>

namespace gnet::http {
class Request;
}

namespace gnet::web::detail {

// What a server may be called over the loopback: see http::detail::is_rebound().
enum class OwnNames { any, local };

// `origins` are those that may nevertheless; "*" is any.
[[nodiscard]] bool comes_from_elsewhere(const http::Request& request,
                                        const std::vector<std::string>& origins,
                                        OwnNames names = OwnNames::any);

}  // namespace gnet::web::detail
