// Whose page has made a browser send a request, as far as Origin and Host tell.
//
//   if (!is_own_origin(*request.header("Origin"), request.head().authority())) …
//   if (is_rebound(request)) …
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gnet::http {

class Request;

namespace detail {

// Whether a page of this origin (RFC 6454 §6.2) is one of the server that is called `host`
// ("name:port", as in Host). Of "https://a.example:443" and "a.example" it is: the scheme is not
// known behind a proxy.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

// Whether it is one of a list of those whose pages are welcome; "*" in it is any.
[[nodiscard]] bool is_listed_origin(std::string_view origin, const std::vector<std::string>& list);

// Whether a request that has come over the loopback is for a name that is not this machine's.
// Whoever owns a name may have it lead to 127.0.0.1 once his page is loaded ("DNS rebinding"): the
// page is of the same origin then, and is his. Addresses, "localhost" and what ends with
// ".localhost" (RFC 6761 §6.3) are this machine's. A proxy on this machine that passes the name on
// is taken for one as well.
[[nodiscard]] bool is_rebound(const Request& request);

// The same of an address and a Host.
[[nodiscard]] bool is_rebound(std::string_view peer, std::string_view host);

}  // namespace detail
}  // namespace gnet::http
