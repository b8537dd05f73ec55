// Who may do what below which path: "ada:secret@/docs,/drop:rw".
//
//   const auto rule = gnet::http::UserRule::parse(flag);      // USER:PASS[@/PATH[:r|:rw],…]
//   users.add(rule.user, rule.password);                        // an Authenticator
//   rules.add(rule);
//   if (rules.access(user, path.text()) < gnet::http::Access::write) answer_403();
//
// Threads: values; const members may be called from any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gnet::http {

// Each includes those before it.
enum class Access : std::uint8_t { none, read, write };

// What a flag says about one user, or about everybody who has not said who they are.
struct UserRule {
  std::string user{};  // empty: everybody
  std::string password{};
  // As the RequestPath has them, without a slash at the end, "" for the root.
  std::vector<std::pair<std::string, Access>> paths{};

  // "USER:PASS", or with paths behind the last "@/": "/docs" may be read, "/drop:rw" written as
  // well. "@/docs" is about everybody. Throws std::invalid_argument, whose text does not have the
  // password in it.
  [[nodiscard]] static UserRule parse(std::string_view text);
};

class UserRules {
 public:
  // Throws std::invalid_argument if there is one for this user.
  void add(UserRule rule);

  // What a user who has proved to be one may do at a path, as RequestPath::text() has it: what the
  // rule with the longest path above it says, or what everybody may, if that is more. A user
  // without a rule, of a file of passwords, may write everywhere. An empty user is everybody.
  [[nodiscard]] Access access(std::string_view user, std::string_view path) const;

  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

 private:
  [[nodiscard]] const UserRule* find(std::string_view user) const;

  std::vector<UserRule> rules_;
};

}  // namespace gnet::http
