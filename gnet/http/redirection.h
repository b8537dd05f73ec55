// Where an answer leads to, and what of a request goes there (RFC 9110 §15.4).
//
//   if (const auto to = redirect_target(307, headers, request.url)) redirect(request, 307, *to);
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string_view>

#include "gnet/http/client_request.h"
#include "gnet/http/headers.h"
#include "gnet/http/url.h"

namespace gnet::http::detail {

// Nothing: such an answer leads nowhere. Throws ClientTrouble (protocol) for a Location that is no
// URL of HTTP.
[[nodiscard]] std::optional<URL> redirect_target(int status, const Headers& headers,
                                                 const URL& from);

// Whether the body is sent again: not after 303, nor after 301 and 302 to POST, of which everybody
// makes GET.
[[nodiscard]] bool redirects_body(int status, std::string_view method) noexcept;

// Makes of a request the next one. What is secret stays with its origin: Authorization, Cookie,
// Proxy-Authorization, a Host of its own, and the user of the URL.
void redirect(ClientRequest& request, int status, const URL& to);

}  // namespace gnet::http::detail
