#include "gnet/http/proxy_settings.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(proxy_settings)

using gnet::http::parse_proxy;
using gnet::http::ProxySettings;
using gnet::http::URL;

namespace {

bool is_direct(std::string_view except, std::string_view url) {
  ProxySettings settings{.http = URL("http://proxy.test:3128"),
                         .https = URL("http://proxy.test:3129"),
                         .except = std::string(except)};
  return settings.find(URL(url)) == nullptr;
}

constexpr const char* kVariables[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                      "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

// Without what the environment of the tests says.
struct Environment {
  Environment() { clear(); }
  ~Environment() { clear(); }
  static void clear() {
    for (const auto* name : kVariables) unsetenv(name);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_of_URL_has_its_proxy) {
  const ProxySettings settings{.http = URL("http://a.test:1"), .https = URL("http://a.test:2")};
  BOOST_TEST(settings.find(URL("http://x/"))->port() == 1);
  BOOST_TEST(settings.find(URL("ws://x/"))->port() == 1);
  BOOST_TEST(settings.find(URL("https://x/"))->port() == 2);
  BOOST_TEST(settings.find(URL("wss://x/"))->port() == 2);
  BOOST_TEST(ProxySettings().find(URL("http://x/")) == nullptr);
}

BOOST_AUTO_TEST_CASE(some_hosts_are_spoken_to_directly) {
  BOOST_TEST(is_direct("a.test", "http://a.test/"));
  BOOST_TEST(is_direct("a.test", "https://A.TEST:444/"));
  BOOST_TEST(is_direct("a.test", "http://sub.a.test/"));
  BOOST_TEST(is_direct(".a.test", "http://sub.a.test/"));
  BOOST_TEST(is_direct(".a.test", "http://a.test/"));
  BOOST_TEST(is_direct("x.test, a.test ,y.test", "http://a.test/"));
  BOOST_TEST(is_direct("*", "http://a.test/"));
  BOOST_TEST(is_direct("127.0.0.1", "http://127.0.0.1:8080/"));
  BOOST_TEST(is_direct("::1", "http://[::1]:8080/"));
  BOOST_TEST(is_direct("[::1]", "http://[::1]/"));
  BOOST_TEST(is_direct("[::1]:80", "http://[::1]/"));
  BOOST_TEST(is_direct("a.test:80", "http://a.test/"));
}

BOOST_AUTO_TEST_CASE(and_no_others) {
  BOOST_TEST(!is_direct("", "http://a.test/"));
  BOOST_TEST(!is_direct(",", "http://a.test/"));
  BOOST_TEST(!is_direct(".", "http://a.test/"));
  BOOST_TEST(!is_direct(":80", "http://a.test/"));
  BOOST_TEST(!is_direct("a.test", "http://ba.test/"));
  BOOST_TEST(!is_direct("a.test", "http://test/"));
  BOOST_TEST(!is_direct("a.test:81", "http://a.test/"));
  BOOST_TEST(!is_direct("[::1]:81", "http://[::1]/"));
  BOOST_TEST(!is_direct("7.0.0.1", "http://127.0.0.1/"));
}

BOOST_AUTO_TEST_CASE(a_proxy_is_of_http_unless_it_says_something_else) {
  BOOST_TEST(parse_proxy("localhost:3128").origin() == "http://localhost:3128");
  BOOST_TEST(parse_proxy("ada:x@localhost:3128").user() == "ada");
  BOOST_TEST(parse_proxy("https://p.test").port() == 443);
  BOOST_CHECK_THROW(static_cast<void>(parse_proxy("")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(parse_proxy("ftp://p.test")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(parse_proxy("ws://p.test")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_proxy_may_be_one_of_SOCKS) {
  const auto proxy = parse_proxy("socks5h://ada:s%20t@p.test");
  BOOST_TEST(proxy.scheme() == "socks5h");
  BOOST_TEST(proxy.authority() == "p.test:1080");
  BOOST_TEST(proxy.user() == "ada");
  BOOST_TEST(proxy.password() == "s t");
  BOOST_TEST(proxy.looks_up());
  BOOST_TEST(!parse_proxy("socks5://p.test").looks_up());
  BOOST_TEST(parse_proxy("socks4a://p.test:80").port() == 80);
  BOOST_TEST(parse_proxy("socks4a://p.test:443").port() == 443);
  BOOST_TEST(parse_proxy("socks://[::1]:9050").origin() == "socks5h://[::1]:9050");
  BOOST_CHECK_THROW(static_cast<void>(parse_proxy("socks6://p.test")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_is_no_proxy_is_refused_without_its_password) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(parse_proxy("ws://ada:secret@p.test:1080")),
                        std::invalid_argument, [](const std::exception& error) {
                          return std::string_view(error.what()).find("secret") ==
                                 std::string_view::npos;
                        });
}

BOOST_AUTO_TEST_CASE(the_environment_names_proxies) {
  const Environment environment;
  BOOST_TEST(!ProxySettings::from_environment().http);
  setenv("http_proxy", "http://p.test:1", 1);
  setenv("HTTPS_PROXY", "p.test:2", 1);
  setenv("NO_PROXY", "a.test", 1);
  const auto settings = ProxySettings::from_environment();
  BOOST_TEST(settings.http->port() == 1);
  BOOST_TEST(settings.https->port() == 2);
  BOOST_TEST(settings.except == "a.test");
}

BOOST_AUTO_TEST_CASE(one_proxy_may_be_for_all) {
  const Environment environment;
  setenv("all_proxy", "http://p.test:1", 1);
  setenv("https_proxy", "http://p.test:2", 1);
  setenv("no_proxy", "", 1);
  const auto settings = ProxySettings::from_environment();
  BOOST_TEST(settings.http->port() == 1);
  BOOST_TEST(settings.https->port() == 2);
}

BOOST_AUTO_TEST_CASE(what_a_request_can_set_in_a_CGI_program_is_not_believed) {
  const Environment environment;
  setenv("HTTP_PROXY", "http://evil.test:1", 1);
  BOOST_TEST(!ProxySettings::from_environment().http);
}

BOOST_AUTO_TEST_SUITE_END()
