// What a path has where its route has a name: "/users/{id}".
//
//   if (auto id = request.param("id"); id == "me") …
//
// Threads: a value.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gnet::http {

struct PathParam {
  std::string_view name;   // of the route
  std::string_view value;  // of the path, decoded
};

using PathParams = std::vector<PathParam>;

}  // namespace gnet::http
