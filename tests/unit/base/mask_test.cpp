#include "gnet/base/mask.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(mask)

using gnet::mask_secrets;

BOOST_AUTO_TEST_CASE(headers_lose_the_rest_of_their_line) {
  BOOST_TEST(mask_secrets("Authorization: Basic am9lOnB3\r\nHost: x") ==
             "Authorization: ***\r\nHost: x");
  BOOST_TEST(mask_secrets("proxy-authorization: Bearer abc") == "proxy-authorization: ***");
  BOOST_TEST(mask_secrets("Cookie: a=b; c=d\nAccept: *") == "Cookie: ***\nAccept: *");
  BOOST_TEST(mask_secrets("Set-Cookie:sid=1; Secure") == "Set-Cookie:***");
}

BOOST_AUTO_TEST_CASE(values_end_where_a_word_ends) {
  BOOST_TEST(mask_secrets("token=abc&x=1") == "token=***&x=1");
  BOOST_TEST(mask_secrets("access_token: abc, next") == "access_token: ***, next");
  BOOST_TEST(mask_secrets("PASSWORD=a b") == "PASSWORD=*** b");
  BOOST_TEST(mask_secrets("X-Api-Key: k1") == "X-Api-Key: ***");
  BOOST_TEST(mask_secrets("client_secret='a b' c") == "client_secret='***' c");
}

BOOST_AUTO_TEST_CASE(json_is_understood) {
  BOOST_TEST(mask_secrets(R"({"password":"a\"b","n":1})") == R"({"password":"***","n":1})");
  BOOST_TEST(mask_secrets(R"({"authorization" : "Basic x", "n":1})") ==
             R"({"authorization" : "***", "n":1})");
}

BOOST_AUTO_TEST_CASE(options_of_commands_are_understood) {
  BOOST_TEST(mask_secrets("gnet http --password abc --token=def url") ==
             "gnet http --password *** --token=*** url");
}

BOOST_AUTO_TEST_CASE(passwords_in_urls_go_and_users_stay) {
  BOOST_TEST(mask_secrets("GET http://joe:pw@host:80/a@b") == "GET http://joe:***@host:80/a@b");
  BOOST_TEST(mask_secrets("socks5://u:p:q@r@host") == "socks5://u:***@host");
  BOOST_TEST(mask_secrets("http://joe@host:80/ http://host:80/") ==
             "http://joe@host:80/ http://host:80/");
}

BOOST_AUTO_TEST_CASE(ordinary_text_stays_as_it_is) {
  for (const char* text :
       {"", "closed: eof", "cookies are fine", "the token was good", "tokens=3 tokenizer: x",
        "tcp://[::1]:80", "a:b@c", "3 passwords", "://", "\"", "password", "password:"}) {
    BOOST_TEST(mask_secrets(text) == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
