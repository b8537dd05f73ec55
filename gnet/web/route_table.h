// Routes by path and method. Part of app.cpp.
//
//   RouteTable table;
//   table.at("/users/{id}").methods.push_back({"GET", handler});
//   if (const auto* node = table.find("/users/17", params)) …
//
// A pattern is a path in which a whole segment may be a name in braces, which stands for any one
// segment, and the last one {name...}, which stands for any number of them, also none. Where
// several patterns fit a path, the one that is literal for longer, read from the left, is taken.
//
// Threads: const members may be called from any.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/handler.h"
#include "gnet/http/path_params.h"

namespace gnet::web::detail {

struct MethodHandler {
  std::string method;  // empty: any
  http::Handler handler;
};

class RouteNode {
 public:
  // Null where the path has no such method; one for any method comes last.
  [[nodiscard]] http::Handler* find(std::string_view method) noexcept;

  // For an Allow: "GET, HEAD, POST, OPTIONS".
  [[nodiscard]] std::string allowed() const;

  // Throws std::invalid_argument if there is one for this method.
  void add(std::string_view method, http::Handler handler);

  [[nodiscard]] bool empty() const noexcept { return methods_.empty(); }

 private:
  friend class RouteTable;

  struct Child {
    std::string segment;
    std::unique_ptr<RouteNode> node;
  };
  struct Name {
    std::string name;
    std::unique_ptr<RouteNode> node;
  };

  std::vector<MethodHandler> methods_;
  std::vector<Child> literals_;
  Name any_;   // one segment
  Name rest_;  // all that are left
};

class RouteTable {
 public:
  // The node of a pattern, which is made if it is not there. Throws std::invalid_argument for what
  // is none, and for a name that is another one where a pattern has it already.
  RouteNode& at(std::string_view pattern);

  // The node for a path as RequestPath::text() has it, with what its names stand for; null if no
  // pattern fits. Its handlers may be changed no more while others look.
  [[nodiscard]] RouteNode* find(std::string_view path, http::PathParams& params) const;

 private:
  static RouteNode* find(RouteNode& node, std::string_view rest, http::PathParams& params);

  std::unique_ptr<RouteNode> root_ = std::make_unique<RouteNode>();
};

}  // namespace gnet::web::detail
