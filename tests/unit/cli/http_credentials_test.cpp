#include "commands/http_credentials.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(http_credentials)

using commands::netrc_entry;

namespace {

std::string entry(std::string_view text, std::string_view host) {
  const auto found = netrc_entry(text, host);
  return found ? found->user + ":" + found->password : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_entry_of_a_host_is_found) {
  constexpr std::string_view kText =
      "# mine\nmachine a.test login ada password x\n"
      "machine b.test\n  login bob\n  account z\n  password \"y z\"\n";
  BOOST_TEST(entry(kText, "a.test") == "ada:x");
  BOOST_TEST(entry(kText, "b.test") == "bob:y z");
  BOOST_TEST(entry(kText, "c.test") == "none");
  BOOST_TEST(entry(kText, "test") == "none");
}

BOOST_AUTO_TEST_CASE(a_default_is_for_all_that_come_behind) {
  constexpr std::string_view kText =
      "machine a.test login ada password x default login any password y";
  BOOST_TEST(entry(kText, "a.test") == "ada:x");
  BOOST_TEST(entry(kText, "b.test") == "any:y");
}

BOOST_AUTO_TEST_CASE(macros_are_no_entries) {
  BOOST_TEST(entry("macdef init\nmachine a.test login no password no\n\n"
                   "machine a.test login ada password x",
                   "a.test") == "ada:x");
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_is_no_entry_of_others) {
  BOOST_TEST(entry("", "a.test") == "none");
  BOOST_TEST(entry("machine", "a.test") == "none");
  BOOST_TEST(entry("login x password y", "a.test") == "none");
  BOOST_TEST(entry("machine a.test login", "a.test") == ":");
}

BOOST_AUTO_TEST_SUITE_END()
