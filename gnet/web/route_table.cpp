#include "gnet/web/route_table.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gnet::web::detail {
namespace {

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
  throw std::invalid_argument("bad route '" + std::string(pattern) + "': " + why);
}

// The segment behind the slash with which `path` begins, which is taken from it.
std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool has_brace(std::string_view text) noexcept {
  return text.find_first_of("{}") != text.npos;
}

}  // namespace

http::Handler* RouteNode::find(std::string_view method) noexcept {
  http::Handler* for_any = nullptr;
  for (auto& [name, handler] : methods_) {
    if (name == method) return &handler;
    if (name.empty()) for_any = &handler;
  }
  // A GET answers HEAD as well: of its answer only the head is sent.
  if (for_any == nullptr && method == "HEAD") return find("GET");
  return for_any;
}

std::string RouteNode::allowed() const {
  std::string list;
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(methods_, [&](const auto& entry) { return entry.method == name; });
  };
  const auto add = [&](std::string_view name) {
    if (!list.empty()) list += ", ";
    list += name;
  };
  for (const auto& entry : methods_) {
    if (entry.method.empty()) continue;
    add(entry.method);
    if (entry.method == "GET" && !has("HEAD")) add("HEAD");
  }
  if (!has("OPTIONS")) add("OPTIONS");
  return list;
}

void RouteNode::add(std::string_view method, http::Handler handler) {
  for (const auto& entry : methods_) {
    if (entry.method == method) throw std::invalid_argument("there is such a route already");
  }
  methods_.push_back({std::string(method), std::move(handler)});
}

RouteNode& RouteTable::at(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') refuse(pattern, "it has to begin with a slash");
  RouteNode* node = root_.get();
  const auto named = [&](RouteNode::Name& place, std::string_view name) {
    if (name.empty() || has_brace(name)) refuse(pattern, "a name is missing between braces");
    if (place.node == nullptr) place = {std::string(name), std::make_unique<RouteNode>()};
    if (place.name != name) refuse(pattern, "another route has another name there");
    return place.node.get();
  };
  for (std::string_view rest = pattern; !rest.empty();) {
    const std::string_view segment = take_segment(rest);
    if (segment.empty() && !rest.empty()) refuse(pattern, "it has two slashes in a row");
    if (segment.size() > 1 && segment.front() == '{' && segment.back() == '}') {
      const std::string_view name = segment.substr(1, segment.size() - 2);
      if (!name.ends_with("...")) {
        node = named(node->any_, name);
        continue;
      }
      if (!rest.empty()) refuse(pattern, "something stands behind {…...}");
      node = named(node->rest_, name.substr(0, name.size() - 3));
    } else {
      if (has_brace(segment)) refuse(pattern, "braces stand around whole segments");
      const auto at = std::ranges::lower_bound(
          node->literals_, segment, {},
          [](const auto& child) -> std::string_view { return child.segment; });
      const bool there = at != node->literals_.end() && at->segment == segment;
      node = (there ? at
                    : node->literals_.insert(at,
                                             {std::string(segment), std::make_unique<RouteNode>()}))
                 ->node.get();
    }
  }
  return *node;
}

RouteNode* RouteTable::find(std::string_view path, http::PathParams& params) const {
  return path.empty() || path.front() != '/' ? nullptr : find(*root_, path, params);
}

RouteNode* RouteTable::find(RouteNode& node, std::string_view rest, http::PathParams& params) {
  if (rest.empty()) return node.empty() ? nullptr : &node;
  const std::string_view behind = rest.substr(1);
  const std::string_view segment = take_segment(rest);
  const auto at =
      std::ranges::lower_bound(node.literals_, segment, {},
                               [](const auto& child) -> std::string_view { return child.segment; });
  if (at != node.literals_.end() && at->segment == segment) {
    if (RouteNode* const found = find(*at->node, rest, params)) return found;
  }
  if (node.any_.node != nullptr && !segment.empty()) {
    params.push_back({node.any_.name, segment});
    if (RouteNode* const found = find(*node.any_.node, rest, params)) return found;
    params.pop_back();
  }
  if (node.rest_.node == nullptr) return nullptr;
  params.push_back({node.rest_.name, behind});
  return node.rest_.node.get();
}

}  // namespace gnet::web::detail
