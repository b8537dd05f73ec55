// Answers that are made up: "GET /v1/users/{name}=200:{\"user\":\"{name}\"}".
//
//   const MockRoute route = parse_mock_route("GET /v1/ping=200:{\"ok\":true}");
//   add_mock_route(app, route);
//
// A path may have names in braces, as routes of an App have; where the body has such a name in
// braces, it becomes what the path has there.
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gnet/web/app.h"

namespace commands {

struct MockRoute {
  std::string method{};  // empty: any
  std::string path{};
  int status = 200;
  std::string body{};
  std::string type{};  // empty: there is no body
};

// METHOD PATH=STATUS[:BODY|:@FILE]; the method may be missing, or "*". A file that does not begin
// with a slash is in `folder`. Throws cli::UsageError for what is none, and cli::Failure for a file
// that cannot be read.
[[nodiscard]] MockRoute parse_mock_route(std::string_view text, const std::string& folder = {});

// One a line; empty lines and those that begin with # are left out, files are in the folder of the
// file. Throws the same, with the line: "routes:3: …"
[[nodiscard]] std::vector<MockRoute> read_mock_routes(const std::string& file);

// Throws cli::UsageError for a path that is no route, and for one that there is already.
void add_mock_route(gnet::web::App& app, MockRoute route);

}  // namespace commands
