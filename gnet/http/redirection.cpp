#include "gnet/http/redirection.h"

#include <array>
#include <string>

#include "gnet/http/client_error.h"

namespace gnet::http::detail {

namespace {

// What speaks of a body, and is of no use without it.
constexpr std::array<std::string_view, 8> kOfBody = {
    "Content-Type",        "Content-Encoding", "Content-Language", "Content-Location",
    "Content-Disposition", "Content-MD5",      "Digest",           "Expect"};

constexpr std::array<std::string_view, 4> kOfOrigin = {"Authorization", "Cookie",
                                                       "Proxy-Authorization", "Host"};

}  // namespace

std::optional<URL> redirect_target(int status, const Headers& headers, const URL& from) {
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
    return std::nullopt;
  }
  const auto location = headers.get(FieldName::location);
  if (!location) return std::nullopt;
  try {
    return from.redirect(*location);
  } catch (const URLError& error) {
    throw ClientTrouble(ClientFailure::protocol, std::string("redirect: ") + error.what());
  }
}

bool redirects_body(int status, std::string_view method) noexcept {
  if (status == 303) return false;
  return method != "POST" || (status != 301 && status != 302);
}

void redirect(ClientRequest& request, int status, const URL& to) {
  if (!redirects_body(status, request.method)) {
    if (request.method != "HEAD") request.method = "GET";
    request.body.clear();
    request.source = {};
    request.source_size.reset();
    for (const auto name : kOfBody) request.headers.erase(name);
  }
  if (to.origin() != request.url.origin()) {
    for (const auto name : kOfOrigin) request.headers.erase(name);
  }
  request.url = to;
}

}  // namespace gnet::http::detail
