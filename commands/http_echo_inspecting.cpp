// The pages of http-echo that tell what the client has sent.

#include <fmt/format.h>

#include "commands/http_echo_request.h"
#include "commands/http_echo_routes.h"
#include "gnet/base/random.h"
#include "gnet/http/cookie.h"
#include "gnet/http/form.h"

namespace commands {
namespace {

using gnet::http::Request;
using gnet::http::Response;

void anything(Request& request, Response& response) {
  send_json(response, describe(request));
}

void headers(Request& request, Response& response) {
  send_json(response, cli::JsonObject().add("headers", describe_headers(request)));
}

void ip(Request& request, Response& response) {
  send_json(response, cli::JsonObject().add("origin", origin_of(request)));
}

void user_agent(Request& request, Response& response) {
  const auto agent = request.header(gnet::http::FieldName::user_agent);
  send_json(response, cli::JsonObject().add("user-agent", agent.value_or("")));
}

// Version 4, variant 1 (RFC 9562 §5.4).
void uuid(Request&, Response& response) {
  const std::uint64_t high = (gnet::random_bits() & ~std::uint64_t{0xf000}) | 0x4000U;
  const std::uint64_t low = (gnet::random_bits() >> 2U) | std::uint64_t{1} << 63U;
  const std::string text =
      fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, high >> 16U & 0xffffU,
                  high & 0xffffU, low >> 48U, low & 0xffffffffffffU);
  send_json(response, cli::JsonObject().add("uuid", text));
}

void cookies(Request& request, Response& response) {
  send_json(response, cli::JsonObject().add("cookies", describe_cookies(request)));
}

// Sets, or deletes, those of the query, and goes to the page that shows them.
void change_cookies(Request& request, Response& response, bool remove) {
  for (gnet::http::FormReader form(request.query()); form.next();) {
    gnet::http::SetCookie cookie{.name = form.name(), .value = remove ? "" : form.value()};
    cookie.path = "/";
    if (remove) cookie.max_age = std::chrono::seconds(0);
    try {
      response.add("Set-Cookie", cookie.str());
    } catch (const std::invalid_argument& error) {
      throw gnet::http::HTTPError(400, error.what());
    }
  }
  response.status(302).set("Location", "/cookies").send({});
}

void set_cookies(Request& request, Response& response) {
  change_cookies(request, response, false);
}

void delete_cookies(Request& request, Response& response) {
  change_cookies(request, response, true);
}

constexpr EchoRoute kInspecting[] = {
    {"", "/", anything},
    {"", "/anything", anything},
    {"", "/anything/{path...}", anything},
    {"GET", "/headers", headers},
    {"GET", "/ip", ip},
    {"GET", "/user-agent", user_agent},
    {"GET", "/uuid", uuid},
    {"GET", "/cookies", cookies},
    {"GET", "/cookies/set", set_cookies},
    {"GET", "/cookies/delete", delete_cookies},
};

}  // namespace

std::span<const EchoRoute> inspecting_routes() {
  return kInspecting;
}

}  // namespace commands
