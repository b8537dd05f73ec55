#include "gnet/http/user_rules.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(user_rules)

using gnet::http::Access;
using gnet::http::UserRule;
using gnet::http::UserRules;

namespace {

// "user|password|/path:rw …"
std::string told(std::string_view text) {
  try {
    const UserRule rule = UserRule::parse(text);
    std::string out = rule.user + "|" + rule.password + "|";
    for (const auto& [path, access] : rule.paths) {
      out += path + (access == Access::write ? ":rw " : ":r ");
    }
    return out;
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

UserRules rules_of(const std::vector<std::string>& texts) {
  UserRules rules;
  for (const std::string& text : texts) rules.add(UserRule::parse(text));
  return rules;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_rule_is_a_user_a_password_and_paths) {
  BOOST_TEST(told("ada:secret") == "ada|secret|:rw ");
  BOOST_TEST(told("ada:secret@/") == "ada|secret|:r ");
  BOOST_TEST(told("ada:secret@/:rw") == "ada|secret|:rw ");
  BOOST_TEST(told("ada:secret@/docs,/drop:rw,/c:r") == "ada|secret|/docs:r /drop:rw /c:r ");
  BOOST_TEST(told("ada:secret@/docs/") == "ada|secret|/docs:r ");
  BOOST_TEST(told("ada:a:b@c@/x,y:rw") == "ada|a:b@c|/x,y:rw ");
  BOOST_TEST(told("ada:p@/ss@/:rw") == "ada|p@/ss|:rw ");
  BOOST_TEST(told("@/docs") == "||/docs:r ");
}

BOOST_AUTO_TEST_CASE(what_is_no_rule_is_told_without_the_password) {
  BOOST_TEST(told("") == "there is neither a user nor a path");
  BOOST_TEST(told("ada") == "user 'ada' has no password");
  BOOST_TEST(told("ada:") == "user 'ada' has no password");
  BOOST_TEST(told("ada@/docs") == "user 'ada' has no password");
  BOOST_TEST(told(":secret") == "there is no user in front of the colon");
  BOOST_TEST(told("a\nb:secret") == "there is a control character in it");
  BOOST_TEST(told("ada:secret@/docs:w") == "'w' are no rights: they are r or rw");
  BOOST_TEST(told("ada:secret@/docs:") == "'' are no rights: they are r or rw");
  BOOST_TEST(told("ada:secret@//docs") == "'//docs' is no path of a URL");
  BOOST_TEST(told("ada:secret@/a\\b") == "'/a\\b' is no path of a URL");
}

BOOST_AUTO_TEST_CASE(the_longest_path_above_decides) {
  const UserRules rules = rules_of({"ada:x@/docs,/docs/drop:rw,/docs/drop/old:r"});
  const auto access = [&](std::string_view path) { return rules.access("ada", path); };
  BOOST_TEST((access("/") == Access::none));
  BOOST_TEST((access("/docs") == Access::read));
  BOOST_TEST((access("/docs/") == Access::read));
  BOOST_TEST((access("/docs/a") == Access::read));
  BOOST_TEST((access("/docsx") == Access::none));
  BOOST_TEST((access("/docs/drop") == Access::write));
  BOOST_TEST((access("/docs/drop/a/b") == Access::write));
  BOOST_TEST((access("/docs/drop/old/a") == Access::read));
  BOOST_TEST((access("/docs/dropping") == Access::read));
}

BOOST_AUTO_TEST_CASE(everybody_may_what_the_rule_without_a_user_says) {
  const UserRules rules = rules_of({"@/public", "ada:x@/private:rw", "bob:y@/:rw"});
  BOOST_TEST((rules.access("", "/public/a") == Access::read));
  BOOST_TEST((rules.access("", "/private") == Access::none));
  BOOST_TEST((rules.access("ada", "/public/a") == Access::read));
  BOOST_TEST((rules.access("ada", "/private") == Access::write));
  BOOST_TEST((rules.access("ada", "/") == Access::none));
  BOOST_TEST((rules.access("bob", "/anything") == Access::write));
  BOOST_TEST((rules.access("of a file", "/private") == Access::write));
}

BOOST_AUTO_TEST_CASE(without_rules_users_may_everything_and_others_nothing) {
  const UserRules rules;
  BOOST_TEST(rules.empty());
  BOOST_TEST((rules.access("ada", "/a") == Access::write));
  BOOST_TEST((rules.access("", "/a") == Access::none));
}

BOOST_AUTO_TEST_CASE(a_user_has_one_rule) {
  UserRules rules = rules_of({"ada:x", "@/a"});
  BOOST_CHECK_THROW(rules.add(UserRule::parse("ada:y@/b")), std::invalid_argument);
  BOOST_CHECK_THROW(rules.add(UserRule::parse("@/b")), std::invalid_argument);
  BOOST_TEST((rules.access("ada", "/b") == Access::write));
}

BOOST_AUTO_TEST_SUITE_END()
