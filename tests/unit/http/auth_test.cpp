#include "gnet/http/auth.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "gnet/http/base64.h"

BOOST_AUTO_TEST_SUITE(auth)

using gnet::http::base64_encode;
using gnet::http::basic_authorization;
using gnet::http::bearer_authorization;
using gnet::http::equal_in_constant_time;
using gnet::http::parse_basic;
using gnet::http::parse_bearer;

namespace {

// "user|password"; "none".
std::string basic(std::string_view field) {
  const auto found = parse_basic(field);
  return found ? found->user + '|' + found->password : "none";
}

std::string bearer(std::string_view field) {
  return std::string(parse_bearer(field).value_or("none"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_user_and_a_password_are_read) {
  BOOST_TEST(basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == "Aladdin|open sesame");
  BOOST_TEST(basic("Basic dGVzdDoxMjPCow==") == "test|123\xc2\xa3");
  BOOST_TEST(basic(" bAsIc   QTpiOmM= ") == "A|b:c");
  BOOST_TEST(basic("Basic Og==") == "|");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_none) {
  for (const char* field : {"", "Basic", "Basic ", "Basic QTpi QTpi", "Basic QTpi=", "Basic QTp",
                            "Bearer QTpi", "Basic\tQTpi", "BasicQTpi", "Basic QQ==", "QTpi"}) {
    BOOST_TEST(basic(field) == "none", field);
  }
  for (const std::string& pair :
       {std::string("a\nb:c"), std::string("a:\r"), std::string("a:b\0c", 5), std::string("ab")}) {
    BOOST_TEST(basic("Basic " + base64_encode(pair)) == "none");
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  BOOST_TEST(basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  BOOST_TEST(basic(basic_authorization("", "a:b")) == "|a:b");
  BOOST_CHECK_THROW(static_cast<void>(basic_authorization("a:b", "c")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(basic_authorization("a\n", "c")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(basic_authorization("a", "\x7f")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_bearer_has_a_token) {
  BOOST_TEST(bearer("Bearer mF_9.B5f-4.1JqM~+/==") == "mF_9.B5f-4.1JqM~+/==");
  BOOST_TEST(bearer("bearer a") == "a");
  for (const char* field : {"", "Bearer", "Bearer ", "Bearer =", "Bearer a=b", "Bearer a b",
                            "Bearer a,b", "Basic a", "Bearer \"a\""}) {
    BOOST_TEST(bearer(field) == "none", field);
  }
  BOOST_TEST(bearer_authorization("a.b=") == "Bearer a.b=");
  for (const char* token : {"", "a b", "a\r\nX: y", "a=b"}) {
    BOOST_CHECK_THROW(static_cast<void>(bearer_authorization(token)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(secrets_are_compared_whole) {
  BOOST_TEST(equal_in_constant_time("", ""));
  BOOST_TEST(equal_in_constant_time("secret", "secret"));
  for (const char* guess : {"", "s", "secre", "secret ", "Secret", "secreT"}) {
    BOOST_TEST(!equal_in_constant_time(guess, "secret"), guess);
  }
  BOOST_TEST(!equal_in_constant_time(std::string("a\0b", 3), "a"));
}

BOOST_AUTO_TEST_CASE(a_challenge_says_for_what) {
  BOOST_TEST(gnet::http::basic_challenge("files") == "Basic realm=\"files\", charset=\"UTF-8\"");
  BOOST_TEST(gnet::http::basic_challenge("a\"b\\c").starts_with("Basic realm=\"a\\\"b\\\\c\""));
  BOOST_TEST(gnet::http::bearer_challenge("files") == "Bearer realm=\"files\"");
  BOOST_TEST(gnet::http::bearer_challenge("files", "invalid_token") ==
             "Bearer realm=\"files\", error=\"invalid_token\"");
  BOOST_CHECK_THROW(static_cast<void>(gnet::http::basic_challenge("a\r\nX: y")),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
