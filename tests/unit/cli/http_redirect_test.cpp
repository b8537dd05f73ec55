#include "commands/http_redirect.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_redirect)

using commands::secured_url;

BOOST_AUTO_TEST_CASE(who_comes_by_plain_http_is_sent_to_the_same_place_by_tls) {
  BOOST_TEST(secured_url("a.example", "/x?y=1", 443) == "https://a.example/x?y=1");
  BOOST_TEST(secured_url("a.example:80", "/", 443) == "https://a.example/");
  BOOST_TEST(secured_url("a.example:8080", "/", 8443) == "https://a.example:8443/");
  BOOST_TEST(secured_url("[::1]:80", "/", 8443) == "https://[::1]:8443/");
  BOOST_TEST(secured_url("[::1]", "//evil.example/", 443) == "https://[::1]//evil.example/");
}

BOOST_AUTO_TEST_CASE(who_does_not_say_what_it_wants_is_not_sent_anywhere) {
  BOOST_TEST(secured_url("", "/", 443) == "");
  BOOST_TEST(secured_url(":80", "/", 443) == "");
  BOOST_TEST(secured_url("a.example", "*", 443) == "");
  BOOST_TEST(secured_url("a.example", "http://b.example/", 443) == "");
}

BOOST_AUTO_TEST_SUITE_END()
