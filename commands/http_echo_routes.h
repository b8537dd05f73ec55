// The pages of http-echo, as a table: which function answers which path.
//
//   for (const EchoRoute& route : inspecting_routes()) app.route(route.method, route.path,
//   route.answer);
//
// Threads: the functions may be called on any.

#pragma once

#include <span>
#include <string_view>

#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace commands {

struct EchoRoute {
  std::string_view method;  // empty: any
  std::string_view path;
  void (*answer)(gnet::http::Request& request, gnet::http::Response& response);
};

// What the client has sent: /anything, /headers, /cookies…
[[nodiscard]] std::span<const EchoRoute> inspecting_routes();

// An answer that the client wants to see: /status/404, /etag/x, /basic-auth/ada/secret…
[[nodiscard]] std::span<const EchoRoute> answering_routes();

// Bodies of any size, and at any speed: /bytes/1M, /drip, /sse…
[[nodiscard]] std::span<const EchoRoute> streaming_routes();

}  // namespace commands
