#include "commands/web_address.h"

#include <boost/test/unit_test.hpp>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(web_address)

namespace {

using commands::parse_address;
using commands::parse_field;

std::string url(std::string_view word, std::string_view scheme = "http") {
  return parse_address(word, scheme).url.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_URL_may_be_short) {
  BOOST_TEST(url("http://a.test/x?y") == "http://a.test/x?y");
  BOOST_TEST(url("https://a.test") == "https://a.test/");
  BOOST_TEST(url("a.test:8000/x") == "http://a.test:8000/x");
  BOOST_TEST(url("localhost") == "http://localhost/");
  BOOST_TEST(url("8000") == "http://localhost:8000/");
  BOOST_TEST(url("8000/x?y") == "http://localhost:8000/x?y");
  BOOST_TEST(url(":8000/x") == "http://localhost:8000/x");
  BOOST_TEST(url(":8000") == "http://localhost:8000/");
  BOOST_TEST(url(":/x") == "http://localhost/x");
  BOOST_TEST(url("/x") == "http://localhost/x");
  BOOST_TEST(url("127.0.0.1:1") == "http://127.0.0.1:1/");
  BOOST_TEST(url("[::1]:80/x") == "http://[::1]/x");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_stands_before_the_path) {
  BOOST_TEST(url("unix:/run/x.sock:/p?q") == "http://localhost/p?q");
  BOOST_TEST(parse_address("unix:/run/x.sock:/p", "http").unix_path == "/run/x.sock");
  BOOST_TEST(url("unix:@name") == "http://localhost/");
  BOOST_TEST(parse_address("unix:@name", "http").unix_path == "@name");
  BOOST_TEST(url("unix:/s:p", "ws") == "ws://localhost/p");
}

BOOST_AUTO_TEST_CASE(a_word_without_a_scheme_has_the_one_given) {
  BOOST_TEST(url(":6012/chat", "ws") == "ws://localhost:6012/chat");
  BOOST_TEST(url("a.test", "wss") == "wss://a.test/");
  BOOST_TEST(url("http://a.test", "ws") == "http://a.test/");
}

BOOST_AUTO_TEST_CASE(what_is_no_URL_is_refused) {
  for (const auto* word :
       {"ftp://a/", "ws://a/", "http://", "a:99999", "99999", "unix:", "unix::/x", "a b"}) {
    BOOST_CHECK_THROW(url(word), cli::UsageError);
  }
  BOOST_CHECK_THROW(url("ftp://a/", "ws"), cli::UsageError);
}

BOOST_AUTO_TEST_CASE(a_field_is_a_name_a_colon_and_a_value) {
  BOOST_TEST(parse_field("X-Name:  a: b ", "--header").name == "X-Name");
  BOOST_TEST(parse_field("X-Name:  a: b ", "--header").value == "a: b");
  BOOST_TEST(parse_field("X-Name:", "--header").value == "");
  BOOST_CHECK_THROW(static_cast<void>(parse_field("nothing", "--header")), cli::UsageError);
  BOOST_CHECK_THROW(static_cast<void>(parse_field(": x", "--header")), cli::UsageError);
}

BOOST_AUTO_TEST_SUITE_END()
