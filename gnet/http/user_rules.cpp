#include "gnet/http/user_rules.h"

#include <algorithm>
#include <stdexcept>

#include "gnet/http/ascii.h"

namespace gnet::http {
namespace {

// "/docs:rw". A path has none of what a RequestPath refuses, or it would never be met.
std::pair<std::string, Access> parse_access_path(std::string_view text) {
  Access access = Access::read;
  if (const auto colon = text.rfind(':'); colon != text.npos) {
    const std::string_view rights = text.substr(colon + 1);
    if (rights != "r" && rights != "rw") {
      throw std::invalid_argument("'" + std::string(rights) + "' are no rights: they are r or rw");
    }
    if (rights == "rw") access = Access::write;
    text = text.substr(0, colon);
  }
  const bool sound = text.starts_with('/') && text.find("//") == text.npos &&
                     std::ranges::none_of(text, [](char c) { return c == '\\' || c == '\0'; });
  if (!sound) throw std::invalid_argument("'" + std::string(text) + "' is no path of a URL");
  if (text.ends_with('/')) text.remove_suffix(1);
  return {std::string(text), access};
}

bool is_above(std::string_view folder, std::string_view path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

UserRule UserRule::parse(std::string_view text) {
  UserRule rule;
  const auto at = text.rfind("@/");
  const std::string_view who = text.substr(0, at);
  if (!who.empty()) {
    const auto colon = who.find(':');
    if (colon == 0) throw std::invalid_argument("there is no user in front of the colon");
    if (colon == who.npos || colon + 1 == who.size()) {
      throw std::invalid_argument("user '" + std::string(who.substr(0, colon)) +
                                  "' has no password");
    }
    rule.user = who.substr(0, colon);
    rule.password = who.substr(colon + 1);
    if (std::ranges::any_of(who, detail::is_control)) {
      throw std::invalid_argument("there is a control character in it");
    }
  } else if (at == text.npos) {
    throw std::invalid_argument("there is neither a user nor a path");
  }
  if (at == text.npos) {
    rule.paths.emplace_back("", Access::write);
    return rule;
  }
  for (std::string_view paths = text.substr(at + 1); !paths.empty();) {
    const auto end = paths.find(",/");
    rule.paths.push_back(parse_access_path(paths.substr(0, end)));
    paths.remove_prefix(end == paths.npos ? paths.size() : end + 1);
  }
  return rule;
}

const UserRule* UserRules::find(std::string_view user) const {
  const auto found = std::ranges::find(rules_, user, &UserRule::user);
  return found == rules_.end() ? nullptr : &*found;
}

void UserRules::add(UserRule rule) {
  if (find(rule.user) != nullptr) {
    throw std::invalid_argument(rule.user.empty() ? "there are two rules for everybody"
                                                  : "user '" + rule.user + "' is there twice");
  }
  rules_.push_back(std::move(rule));
}

Access UserRules::access(std::string_view user, std::string_view path) const {
  const auto of = [&](const UserRule* rule) {
    Access access = Access::none;
    std::size_t longest = 0;
    for (const auto& [folder, there] : rule->paths) {
      if (folder.size() < longest || !is_above(folder, path)) continue;
      longest = folder.size();
      access = there;
    }
    return access;
  };
  const UserRule* const everybody = find("");
  const Access least = everybody == nullptr ? Access::none : of(everybody);
  if (user.empty()) return least;
  const UserRule* const rule = find(user);
  return std::max(least, rule == nullptr ? Access::write : of(rule));
}

}  // namespace gnet::http
