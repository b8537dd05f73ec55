// What http-echo tells of a request, and the values that it takes out of one.
//
//   send_json(response, describe(request));
//
// Threads: functions of the fiber that serves the request.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/out/json.h"
#include "gnet/base/duration.h"
#include "gnet/fiber/context_var.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace commands {

// Keeps the body of a request for all who want to see it, as long as it lives; there is one around
// each request.
class KeptBody {
 public:
  // A body of more than `most` bytes is refused with 413.
  explicit KeptBody(std::uint64_t most) : most_(most) {}

  // Read when it is first asked for. Suspends, and throws as Request::read_all().
  [[nodiscard]] const std::string& of(gnet::http::Request& request);

 private:
  std::uint64_t most_;
  std::optional<std::string> text_{};
};

// The one of the request that a fiber serves; there has to be one.
extern gnet::ContextVar<KeptBody*> kept_body;

// The body of the request that is served. Suspends.
[[nodiscard]] const std::string& body_of(gnet::http::Request& request);

// Method, target, headers, who asks, and the body: all of it.
[[nodiscard]] cli::JsonObject describe(gnet::http::Request& request);

// Parts of that.
[[nodiscard]] cli::JsonObject describe_headers(const gnet::http::Request& request);
[[nodiscard]] cli::JsonObject describe_cookies(const gnet::http::Request& request);
[[nodiscard]] std::string origin_of(const gnet::http::Request& request);

void send_json(gnet::http::Response& response, const cli::JsonObject& object);

// "404 Not Found" and a line end: the body of an answer that says no more than its status.
[[nodiscard]] std::string status_text(int status);

// Adds a body: as text under "body" if it is UTF-8, and else in Base64 under "body_base64".
void add_body(cli::JsonObject& object, std::string_view body);

// What a part of the path or a value of the query means. All throw HTTPError(400), with the name in
// its text, for what is not such a value, and for one beyond `most`.
[[nodiscard]] std::uint64_t to_count(std::string_view name, std::string_view text,
                                     std::uint64_t most);
[[nodiscard]] std::uint64_t to_size(std::string_view name, std::string_view text,
                                    std::uint64_t most);
[[nodiscard]] gnet::Duration to_duration(std::string_view name, std::string_view text);

// The same for values of the query, which may be missing.
[[nodiscard]] std::uint64_t query_count(const gnet::http::Request& request, std::string_view name,
                                        std::uint64_t fallback, std::uint64_t most);
[[nodiscard]] gnet::Duration query_duration(const gnet::http::Request& request,
                                            std::string_view name, gnet::Duration fallback);

}  // namespace commands
