#include "gnet/http/cookie_jar.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/http/url.h"

BOOST_AUTO_TEST_SUITE(cookie_jar)

using gnet::http::CookieJar;
using gnet::http::sys_seconds;
using gnet::http::URL;
using namespace std::chrono_literals;

namespace {

constexpr sys_seconds kNow{1'700'000'000s};

// What goes to `to` once `from` has set the cookie; "refused".
std::string sent(std::string_view from, std::string_view set_cookie, std::string_view to,
                 sys_seconds when = kNow) {
  CookieJar jar;
  if (!jar.store(URL(from), set_cookie, kNow)) return "refused";
  return jar.field(URL(to), when);
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_domain_a_cookie_is_for_its_host) {
  BOOST_TEST(sent("http://a.test/", "n=v", "http://a.test/x") == "n=v");
  BOOST_TEST(sent("http://a.test/", "n=v", "http://A.TEST:8080/") == "n=v");
  BOOST_TEST(sent("http://a.test/", "n=v", "http://b.a.test/").empty());
  BOOST_TEST(sent("http://b.a.test/", "n=v", "http://a.test/").empty());
}

BOOST_AUTO_TEST_CASE(with_a_domain_it_is_for_all_below) {
  BOOST_TEST(sent("http://b.a.test/", "n=v; domain=a.test", "http://a.test/") == "n=v");
  BOOST_TEST(sent("http://b.a.test/", "n=v; domain=.a.test", "http://c.b.a.test/") == "n=v");
  BOOST_TEST(sent("http://a.test/", "n=v; domain=a.test", "http://xa.test/").empty());
}

BOOST_AUTO_TEST_CASE(a_server_sets_none_for_others) {
  for (const char* domain : {"b.test", "test", "b.a.test", "xa.test", "est"}) {
    BOOST_TEST(
        sent("http://a.test/", std::string("n=v; domain=") + domain, "http://a.test/") == "refused",
        domain);
  }
  BOOST_TEST(sent("http://127.0.0.1/", "n=v; domain=0.0.1", "http://127.0.0.1/") == "refused");
  BOOST_TEST(sent("http://127.0.0.1/", "n=v; domain=127.0.0.1", "http://127.0.0.1/") == "n=v");
  BOOST_TEST(sent("http://localhost/", "n=v; domain=localhost", "http://localhost/") == "n=v");
  BOOST_TEST(sent("http://localhost/", "n=v; domain=localhost", "http://a.localhost/").empty());
  BOOST_TEST(sent("http://[::1]/", "n=v", "http://[::1]/") == "n=v");
}

BOOST_AUTO_TEST_CASE(a_path_has_whole_segments) {
  BOOST_TEST(sent("http://a.test/x/y", "n=v", "http://a.test/x") == "n=v");
  BOOST_TEST(sent("http://a.test/x/y", "n=v", "http://a.test/x/z") == "n=v");
  BOOST_TEST(sent("http://a.test/x/y", "n=v", "http://a.test/xy").empty());
  BOOST_TEST(sent("http://a.test/x", "n=v", "http://a.test/z") == "n=v");
  BOOST_TEST(sent("http://a.test/", "n=v; path=/p/", "http://a.test/p").empty());
  BOOST_TEST(sent("http://a.test/", "n=v; path=/p/", "http://a.test/p/q") == "n=v");
}

BOOST_AUTO_TEST_CASE(secure_cookies_need_tls) {
  BOOST_TEST(sent("https://a.test/", "n=v; secure", "https://a.test/") == "n=v");
  BOOST_TEST(sent("https://a.test/", "n=v; secure", "wss://a.test/") == "n=v");
  BOOST_TEST(sent("https://a.test/", "n=v; secure", "http://a.test/").empty());
  BOOST_TEST(sent("http://a.test/", "n=v; secure", "https://a.test/") == "refused");
}

BOOST_AUTO_TEST_CASE(over_plain_text_nobody_hides_a_secure_cookie) {
  CookieJar jar;
  BOOST_TEST(jar.store(URL("https://a.test/"), "n=v; secure; path=/x", kNow));
  BOOST_TEST(!jar.store(URL("http://a.test/"), "n=w; path=/x", kNow));
  BOOST_TEST(!jar.store(URL("http://a.test/"), "n=w; path=/x/y", kNow));
  BOOST_TEST(!jar.store(URL("http://b.a.test/"), "n=w; path=/x; domain=a.test", kNow));
  BOOST_TEST(jar.store(URL("http://a.test/"), "n=w; path=/", kNow));
  BOOST_TEST(jar.store(URL("https://a.test/"), "n=w; path=/x", kNow));
}

BOOST_AUTO_TEST_CASE(prefixes_are_kept) {
  BOOST_TEST(sent("https://a.test/", "__Host-n=v; secure; path=/", "https://a.test/") ==
             "__Host-n=v");
  BOOST_TEST(sent("https://a.test/", "__Host-n=v; secure", "https://a.test/") == "refused");
  BOOST_TEST(sent("https://a.test/", "__host-n=v; secure; path=/; domain=a.test",
                  "https://a.test/") == "refused");
  BOOST_TEST(sent("https://a.test/", "__Secure-n=v", "https://a.test/") == "refused");
}

BOOST_AUTO_TEST_CASE(cookies_expire) {
  BOOST_TEST(sent("http://a.test/", "n=v; max-age=10", "http://a.test/", kNow + 9s) == "n=v");
  BOOST_TEST(sent("http://a.test/", "n=v; max-age=10", "http://a.test/", kNow + 10s).empty());
  BOOST_TEST(sent("http://a.test/", "n=v; max-age=0", "http://a.test/").empty());
  BOOST_TEST(sent("http://a.test/", "n=v; max-age=10; expires=Sun, 06 Nov 1994 08:49:37 GMT",
                  "http://a.test/") == "n=v");
  CookieJar jar;
  const URL url("http://a.test/");
  jar.store(url, "n=v", kNow);
  jar.store(url, "n=; expires=Sun, 06 Nov 1994 08:49:37 GMT", kNow);
  BOOST_TEST(jar.cookies().empty());
}

BOOST_AUTO_TEST_CASE(longer_paths_come_first_and_older_ones_before_younger) {
  CookieJar jar;
  const URL url("http://a.test/x/y/z");
  jar.store(url, "a=1; path=/", kNow);
  jar.store(url, "b=2; path=/x/y", kNow);
  jar.store(url, "c=3; path=/x", kNow);
  jar.store(url, "d=4; path=/", kNow);
  jar.store(url, "a=5; path=/", kNow);
  BOOST_TEST(jar.field(url, kNow) == "b=2; c=3; a=5; d=4");
}

BOOST_AUTO_TEST_CASE(a_jar_is_bounded) {
  CookieJar jar;
  const URL url("http://a.test/");
  for (int i = 0; i < 60; ++i) jar.store(url, 'c' + std::to_string(i) + "=v", kNow);
  BOOST_TEST(jar.cookies().size() == CookieJar::kMaxOfDomain);
  BOOST_TEST(jar.cookies().front().name == "c10");
  for (int i = 0; i < 3100; ++i) {
    jar.store(URL("http://h" + std::to_string(i) + ".test/"), "n=v", kNow);
  }
  BOOST_TEST(jar.cookies().size() == CookieJar::kMax);
  BOOST_TEST(jar.cookies().back().domain == "h3099.test");
}

BOOST_AUTO_TEST_CASE(a_jar_is_kept_in_a_file_as_curl_has_it) {
  CookieJar jar;
  jar.store(URL("https://b.a.test/x/"), "n=v w; domain=a.test; secure; httponly; max-age=60", kNow);
  jar.store(URL("http://c.test/"), "s=t", kNow);
  const std::string text = jar.str();
  BOOST_TEST(text ==
             "# Netscape HTTP Cookie File\n"
             "#HttpOnly_.a.test\tTRUE\t/x\tTRUE\t1700000060\tn\tv w\n"
             "c.test\tFALSE\t/\tFALSE\t0\ts\tt\n");
  BOOST_TEST(CookieJar::parse(text, kNow).str() == text);
  jar.store(URL("http://c.test/"), "tab=a\tb", kNow);
  BOOST_TEST(jar.str() == text);
  BOOST_TEST(CookieJar::parse(text, kNow + 60s).cookies().size() == 1U);
  BOOST_TEST(CookieJar::parse("x\n# y\n\na.test\tTRUE\t/\n.\tTRUE\t/\tTRUE\t0\tn\tv\n", kNow)
                 .cookies()
                 .empty());
  BOOST_TEST(CookieJar::parse("a.test\tTRUE\t/\tTRUE\t0\tn\tv\r\n", kNow).cookies().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_would_be_another_line_once_it_is_written_is_left_out) {
  for (const char* line :
       {"#HttpOnly_.#a.test\tTRUE\t/\tTRUE\t0\tn\tv\n", "..a.test\tFALSE\t/\tTRUE\t0\tn\tv\n",
        "a.test\tFALSE\t/\tTRUE\t0\tn\tv\r\r\n", "a.test\tFALSE\t/\tTRUE\t0\tn\tv\x01\n"}) {
    BOOST_TEST(CookieJar::parse(line, kNow).cookies().empty(), line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
