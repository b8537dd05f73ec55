#include "gnet/http/cookie.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

BOOST_TEST_DONT_PRINT_LOG_VALUE(gnet::http::SameSite)

BOOST_AUTO_TEST_SUITE(cookie)

using gnet::http::cookie_value;
using gnet::http::CookieReader;
using gnet::http::parse_cookie_date;
using gnet::http::SameSite;
using gnet::http::SetCookie;
using namespace std::chrono_literals;

namespace {

// "name=value|name=value"
std::string read(std::string_view field) {
  std::string out;
  for (CookieReader cookies(field); cookies.next();) {
    out += out.empty() ? "" : "|";
    out += std::string(cookies.name()) + '=' + std::string(cookies.value());
  }
  return out;
}

std::string refusal(const SetCookie& cookie) {
  try {
    return cookie.str();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string date(std::string_view text) {
  const auto time = parse_cookie_date(text);
  return time ? gnet::http::format_date(*time) : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(cookies_of_a_request_are_read_as_they_are) {
  BOOST_TEST(read("a=b") == "a=b");
  BOOST_TEST(read("a=b; c=d;e=f ; g = h") == "a=b|c=d|e=f|g=h");
  BOOST_TEST(read("a=b=c; d=\"e f\"; g=%20") == "a=b=c|d=\"e f\"|g=%20");
  BOOST_TEST(read("a=; b; =c; ;; d=e") == "a=|d=e");
  BOOST_TEST(read("").empty());
  BOOST_TEST(cookie_value("a=1; b=2; a=3", "a").value() == "1");
  BOOST_TEST(!cookie_value("a=1", "A"));
}

BOOST_AUTO_TEST_CASE(a_cookie_is_written_with_its_attributes) {
  SetCookie cookie{.name = "id", .value = "a3/fWa="};
  BOOST_TEST(cookie.str() == "id=a3/fWa=");
  cookie.domain = "example.test";
  cookie.path = "/a";
  cookie.max_age = 1h;
  cookie.expires = gnet::http::sys_seconds(784111777s);
  cookie.secure = cookie.http_only = cookie.partitioned = true;
  cookie.same_site = SameSite::none;
  BOOST_TEST(cookie.str() ==
             "id=a3/fWa=; Domain=example.test; Path=/a; Max-Age=3600; "
             "Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; HttpOnly; SameSite=None; Partitioned");
}

BOOST_AUTO_TEST_CASE(nothing_can_add_an_attribute_or_a_field) {
  for (const char* text :
       {"a;b", "a\r\nX: y", "a\nb", "a b", "a,b", "a\"b", "a\\b", "\x7f", "\xc3\xbc"}) {
    BOOST_TEST(refusal({.name = "n", .value = text}) ==
               "cookie 'n': its value has a character that no cookie can have");
    BOOST_TEST(refusal({.name = text}) == "the name of a cookie is not a token");
  }
  BOOST_TEST(refusal({.name = "a=b"}) == "the name of a cookie is not a token");
  BOOST_TEST(refusal({.name = ""}) == "the name of a cookie is not a token");
  for (const char* text : {"a; Secure", "a\r\nb", ".a.test", "a_b"}) {
    BOOST_TEST(refusal({.name = "n", .domain = text}) == "cookie 'n': its domain is none");
  }
  for (const char* text : {"a", "/a;b", "/\r\n", "/\x01"}) {
    BOOST_TEST(refusal({.name = "n", .path = text}) == "cookie 'n': its path is none");
  }
  BOOST_TEST(refusal({.name = "n", .value = std::string(4096, 'v')}) ==
             "cookie 'n': it is longer than 4096 bytes");
}

BOOST_AUTO_TEST_CASE(what_browsers_would_not_keep_is_refused) {
  BOOST_TEST(refusal({.name = "n", .same_site = SameSite::none}).ends_with("need Secure"));
  BOOST_TEST(refusal({.name = "n", .partitioned = true}).ends_with("need Secure"));
  const SetCookie host{.name = "__Host-n", .path = "/", .secure = true};
  BOOST_TEST(refusal(host) == "__Host-n=; Path=/; Secure");
  SetCookie wrong = host;
  wrong.path = "/a";
  BOOST_TEST(refusal(wrong).ends_with("and no domain"));
  wrong = host;
  wrong.domain = "a.test";
  BOOST_TEST(refusal(wrong).ends_with("and no domain"));
  wrong = host;
  wrong.secure = false;
  BOOST_TEST(refusal(wrong).ends_with("and no domain"));
  BOOST_TEST(refusal({.name = "__sEcure-n"}).ends_with("and no domain"));
  BOOST_TEST(refusal({.name = "__Secure-n", .secure = true}) == "__Secure-n=; Secure");
}

BOOST_AUTO_TEST_CASE(a_cookie_is_read_as_browsers_read_it) {
  const auto cookie = SetCookie::parse(
                          " id = a b\"c ;DOMAIN=.Example.TEST;path=/a; max-age=60; Expires=Sun, "
                          "06-Nov-94 08:49:37 GMT;"
                          "secure; HttpOnly=x; SameSite=LAX; priority=high;; Partitioned")
                          .value();
  BOOST_TEST(cookie.name == "id");
  BOOST_TEST(cookie.value == "a b\"c");
  BOOST_TEST(cookie.domain == "example.test");
  BOOST_TEST(cookie.path == "/a");
  BOOST_TEST((cookie.max_age == 60s));
  BOOST_TEST((cookie.expires == gnet::http::sys_seconds(784111777s)));
  BOOST_TEST(cookie.secure);
  BOOST_TEST(cookie.http_only);
  BOOST_TEST(cookie.partitioned);
  BOOST_TEST(cookie.same_site == SameSite::lax);
}

BOOST_AUTO_TEST_CASE(an_attribute_that_is_malformed_is_not_there) {
  const auto cookie =
      SetCookie::parse("a=b; max-age=1x; expires=never; samesite=x; path=a; domain=").value();
  BOOST_TEST(!cookie.max_age);
  BOOST_TEST(!cookie.expires);
  BOOST_TEST(cookie.same_site == SameSite::unset);
  BOOST_TEST(cookie.path.empty());
  BOOST_TEST(cookie.domain.empty());
  BOOST_TEST(SetCookie::parse("a=b; path=/" + std::string(1024, 'x')).value().path.empty());
  BOOST_TEST((SetCookie::parse("a=b; max-age=-5").value().max_age == -5s));
  BOOST_TEST((SetCookie::parse("a=b; max-age=99999999999999999999").value().max_age > 24h * 365));
}

BOOST_AUTO_TEST_CASE(what_browsers_ignore_is_no_cookie) {
  for (const char* text : {"", "a", "=b", "; a=b", "a=b\x01", "a\nb=c", " = "}) {
    BOOST_TEST(!SetCookie::parse(text).has_value(), text);
  }
  BOOST_TEST(!SetCookie::parse("a=" + std::string(4096, 'v')).has_value());
  BOOST_TEST(SetCookie::parse("a=" + std::string(4095, 'v')).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_same) {
  SetCookie cookie{.name = "n", .value = "v", .domain = "a.test", .path = "/x y", .max_age = 5s};
  cookie.expires = gnet::http::sys_seconds(784111777s);
  BOOST_TEST(SetCookie::parse(cookie.str()).value().str() == cookie.str());
}

BOOST_AUTO_TEST_CASE(dates_come_in_many_forms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "Sun, 06-Nov-1994 08:49:37 UTC",
                           "08:49:37 6 november 94", "1994 6 Nov 8:49:37 +0000"}) {
    // Where a year comes before a day of the month, that is not what is read for a day.
    BOOST_TEST(date(text) == "Sun, 06 Nov 1994 08:49:37 GMT", text);
  }
  BOOST_TEST(date("1 Jan 69 00:00:00") == "Tue, 01 Jan 2069 00:00:00 GMT");
  for (const char* text : {"", "never", "06 Nov 1994", "08:49:37", "32 Nov 1994 08:49:37",
                           "31 Nov 1994 08:49:37", "06 Nov 1600 08:49:37", "06 Nov 1994 24:00:00",
                           "06 Nov 1994 08:60:00", "06 Nov 1994 08:49", "06 Nov 19945 08:49:37"}) {
    BOOST_TEST(date(text) == "none", text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
