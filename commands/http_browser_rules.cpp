#include "commands/http_browser_rules.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/out/failure.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/http/url.h"

namespace commands {
namespace {

constexpr const char* kReadable =
    "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Last-Modified, Location";

void check_origin(const std::string& origin) {
  if (origin == "*" || origin == "null") return;
  const auto url = gnet::http::URL::parse(origin);
  if (url && origin.find_first_of("?#") == origin.npos && !origin.ends_with('/')) return;
  throw cli::UsageError("--cors wants an origin such as https://app.example, or *");
}

}  // namespace

HTTPBrowserRules::HTTPBrowserRules(const HTTPServeOptions& options)
    : origin_(options.cors.value_or("")) {
  if (options.cors) check_origin(origin_);
  fields_.add("X-Content-Type-Options", "nosniff");
  if (options.security_headers) {
    fields_.add("X-Frame-Options", "SAMEORIGIN");
    fields_.add("Referrer-Policy", "strict-origin-when-cross-origin");
    fields_.add("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }
  if (options.coi) {
    fields_.add("Cross-Origin-Opener-Policy", "same-origin");
    fields_.add("Cross-Origin-Embedder-Policy", "require-corp");
    fields_.add("Cross-Origin-Resource-Policy", options.cors ? "cross-origin" : "same-origin");
  }
  if (options.hsts > gnet::Duration::zero()) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(options.hsts);
    fields_.add("Strict-Transport-Security", fmt::format("max-age={}", age.count()));
  }
}

void HTTPBrowserRules::apply(const gnet::http::Request& request,
                             gnet::http::Response& response) const {
  response.headers().put(fields_);
  if (origin_.empty()) return;
  if (origin_ != "*") {
    response.headers().add("Vary", "Origin");
    if (request.header(gnet::http::FieldName::origin) != origin_) return;
  }
  response.set("Access-Control-Allow-Origin", origin_);
  response.set("Access-Control-Expose-Headers", kReadable);
}

bool HTTPBrowserRules::answers_preflight(const gnet::http::Request& request,
                                         gnet::http::Response& response,
                                         const std::string& methods) const {
  if (request.method() != "OPTIONS") return false;
  if (!origin_.empty() && request.header("Access-Control-Request-Method")) {
    response.set("Access-Control-Allow-Methods", methods);
    if (const auto wanted = request.header("Access-Control-Request-Headers")) {
      response.set("Access-Control-Allow-Headers", *wanted);
    }
    response.set("Access-Control-Max-Age", "600");
  }
  response.status(204).set("Allow", methods).send({});
  return true;
}

}  // namespace commands
