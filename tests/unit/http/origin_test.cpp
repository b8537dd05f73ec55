#include "gnet/http/origin.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(origin)

using gnet::http::detail::is_listed_origin;
using gnet::http::detail::is_own_origin;
using gnet::http::detail::is_rebound;

BOOST_AUTO_TEST_CASE(a_page_of_this_server_has_its_name_and_its_port) {
  BOOST_TEST(is_own_origin("https://a.example", "a.example"));
  BOOST_TEST(is_own_origin("https://A.example:443", "a.EXAMPLE"));
  BOOST_TEST(is_own_origin("http://a.example", "a.example:80"));
  BOOST_TEST(is_own_origin("http://[::1]:8080", "[::1]:8080"));
  BOOST_TEST(!is_own_origin("http://a.example:81", "a.example"));
  BOOST_TEST(!is_own_origin("http://a.example.evil", "a.example"));
  BOOST_TEST(!is_own_origin("http://a.example", ""));
  BOOST_TEST(!is_own_origin("ftp://a.example", "a.example"));
  BOOST_TEST(!is_own_origin("null", "null"));
  BOOST_TEST(!is_own_origin("", ""));
  BOOST_TEST(!is_own_origin("http://", ""));
}

BOOST_AUTO_TEST_CASE(a_listed_page_has_one_of_these_origins_and_any_is_any) {
  BOOST_TEST(is_listed_origin("https://a.example", {"https://b.example", "https://A.example"}));
  BOOST_TEST(is_listed_origin("null", {"https://a.example", "*"}));
  BOOST_TEST(!is_listed_origin("https://a.example", {}));
  BOOST_TEST(!is_listed_origin("https://a.example.evil", {"https://a.example"}));
  BOOST_TEST(!is_listed_origin("http://a.example", {"https://a.example"}));
}

BOOST_AUTO_TEST_CASE(over_the_loopback_a_foreign_name_has_been_rebound) {
  for (const char* peer : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    for (const char* host : {"evil.example", "evil.example:8080", "localhost.evil.example",
                             "127.0.0.1.evil.example", "notlocalhost", "[evil"}) {
      BOOST_TEST(is_rebound(peer, host), peer << " " << host);
    }
    for (const char* host : {"localhost", "LOCALHOST:8080", "localhost.", "app.localhost:80",
                             "127.0.0.1:8080", "[::1]:8080", "[::1]", "192.0.2.1", ""}) {
      BOOST_TEST(!is_rebound(peer, host), peer << " " << host);
    }
  }
}

BOOST_AUTO_TEST_CASE(from_elsewhere_any_name_may_be_this_servers) {
  for (const char* peer : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "", "/run/x.sock"}) {
    BOOST_TEST(!is_rebound(peer, "a.example"), peer);
  }
}

BOOST_AUTO_TEST_SUITE_END()
