#include "gnet/http/url.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(url)

using gnet::http::URL;
using gnet::http::URLError;

namespace {

struct Case {
  std::string input;
  std::string base;
  std::string result;
};

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
    } else if (text[++i] == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  std::ifstream file(GNET_TEST_DATA "/url_cases.txt");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find('\t');
    if (first == line.npos) continue;
    const auto second = line.find('\t', first + 1);
    BOOST_REQUIRE(second != line.npos);
    cases.push_back({unescaped(line.substr(0, first)),
                     unescaped(line.substr(first + 1, second - first - 1)),
                     unescaped(line.substr(second + 1))});
  }
  return cases;
}

std::string result_of(const Case& one) {
  try {
    return (one.base == "-" ? URL(one.input) : URL(one.base).resolve(one.input)).str();
  } catch (const URLError&) {
    return "!";
  }
}

std::string reason(std::string_view text) {
  try {
    return URL(text).str();
  } catch (const URLError& error) {
    return error.what();
  }
}

// What is read otherwise than browsers do, on purpose, and what comes of it here.
const std::map<std::string, std::string> kDeviations{
    // A symbol as a name, which IDNA 2008 and so the registries and the resolver do not know.
    {"https://%e2%98%83", "!"},
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_cases_of_the_url_standard_are_read_as_browsers_read_them) {
  const auto cases = read_cases();
  BOOST_TEST(cases.size() > 470U);
  std::size_t deviations = 0;
  for (const Case& one : cases) {
    const auto deviation = kDeviations.find(one.input);
    const bool deviates = deviation != kDeviations.end();
    deviations += deviates ? 1 : 0;
    BOOST_TEST(
        result_of(one) == (deviates ? deviation->second : one.result),
        one.input << " in " << one.base << " is " << result_of(one) << ", not " << one.result);
  }
  BOOST_TEST(deviations == kDeviations.size());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_same_url) {
  for (const Case& one : read_cases()) {
    const std::string text = result_of(one);
    if (text != "!") BOOST_TEST(URL(text).str() == text);
  }
}

BOOST_AUTO_TEST_CASE(a_url_has_parts) {
  const URL url("https://us%20er:p@ss@EXAMPLE.test:8443/a/b?c=d&e#f");
  BOOST_TEST(url.scheme() == "https");
  BOOST_TEST(url.is_secure());
  BOOST_TEST(url.username() == "us%20er");
  BOOST_TEST(url.password() == "p%40ss");
  BOOST_TEST(url.host() == "example.test");
  BOOST_TEST(url.port() == 8443);
  BOOST_TEST(url.has_port());
  BOOST_TEST(url.path() == "/a/b");
  BOOST_TEST(url.query().value() == "c=d&e");
  BOOST_TEST(url.fragment().value() == "f");
  BOOST_TEST(url.target() == "/a/b?c=d&e");
  BOOST_TEST(url.authority() == "example.test:8443");
  BOOST_TEST(url.origin() == "https://example.test:8443");
  BOOST_TEST(url.stripped().str() == "https://example.test:8443/a/b?c=d&e");
  BOOST_TEST(url.with_query("x y").target() == "/a/b?x%20y");
  BOOST_TEST(url.with_query(std::nullopt).target() == "/a/b");
}

BOOST_AUTO_TEST_CASE(the_port_of_the_scheme_is_left_out) {
  BOOST_TEST(URL("http://a:80/").str() == "http://a/");
  BOOST_TEST(URL("wss://a:443/").str() == "wss://a/");
  BOOST_TEST(URL("https://a:80/").str() == "https://a:80/");
  BOOST_TEST(URL("ws://a").port() == 80);
  BOOST_TEST(URL("wss://a").port() == 443);
  BOOST_TEST(!URL("ws://a").is_secure());
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_has_brackets_but_for_sockets) {
  const URL url("http://[2001:DB8:0:0:1:0:0:1]:8080");
  BOOST_TEST(url.host() == "[2001:db8::1:0:0:1]");
  BOOST_TEST(url.host_name() == "2001:db8::1:0:0:1");
  BOOST_TEST(url.str() == "http://[2001:db8::1:0:0:1]:8080/");
  BOOST_TEST(!URL::parse("http://[fe80::1%25eth0]/"));
}

BOOST_AUTO_TEST_CASE(an_international_name_is_one_of_dns) {
  BOOST_TEST(URL("http://B\xc3\xbc\x63her.test").host() == "xn--bcher-kva.test");
  BOOST_TEST(URL("http://b%C3%BCcher.test").host() == "xn--bcher-kva.test");
}

BOOST_AUTO_TEST_CASE(an_empty_query_differs_from_none) {
  BOOST_TEST(!URL("http://a/").query());
  BOOST_TEST(URL("http://a/?").query().value().empty());
  BOOST_TEST(URL("http://a/?").str() == "http://a/?");
}

BOOST_AUTO_TEST_CASE(a_redirect_keeps_the_fragment_unless_it_has_one) {
  const URL url("http://a/b/c?d#top");
  BOOST_TEST(url.redirect("../e").str() == "http://a/e#top");
  BOOST_TEST(url.redirect("//other/f#end").str() == "http://other/f#end");
  BOOST_TEST(url.resolve("../e").str() == "http://a/e");
  BOOST_TEST(url.resolve("").str() == "http://a/b/c?d");
}

BOOST_AUTO_TEST_CASE(a_host_cannot_hide_behind_its_spelling) {
  for (const char* text :
       {"http://127.1/", "http://0x7f000001/", "http://017700000001/", "http://2130706433/",
        "http://0177.0.0.1/", "http://127.0.0.1./", "http://%31%32%37.0.0.1/",
        "http:\\\\127.0.0.1\\", "http:///127.0.0.1", "http://evil.test@127.0.0.1/",
        "http://12\t7.0.0.1", "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/"}) {
    BOOST_TEST(URL(text).host() == "127.0.0.1", text);
  }
  BOOST_TEST(URL("http://[::ffff:127.0.0.1]").host() == "[::ffff:7f00:1]");
}

BOOST_AUTO_TEST_CASE(nothing_can_end_a_line_of_a_request) {
  for (const char* text :
       {"http://a/b\r\nX: y", "http://a/b%0D%0AX: y", "http://a/?q=\r\n\x7f\x01"}) {
    BOOST_TEST(URL(text).str().find_first_of("\r\n \x7f\x01") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why) {
  BOOST_TEST(reason("example.test") ==
             "cannot read URL 'example.test': no scheme, such as http://");
  BOOST_TEST(reason("ftp://a") == "cannot read URL 'ftp://a': scheme 'ftp' is not of the web");
  BOOST_TEST(reason("http://") == "cannot read URL 'http://': no host");
  BOOST_TEST(reason("http://a:99999/") == "cannot read URL 'http://a:99999/': '99999' is no port");
  BOOST_TEST(reason("http://1.2.3.256") ==
             "cannot read URL 'http://1.2.3.256': '1.2.3.256' is no IPv4 address");
  BOOST_TEST(reason("http://[::1") == "cannot read URL 'http://[::1': '[::1' is no IPv6 address");
  BOOST_TEST(reason("http://a b\x1b") ==
             "cannot read URL 'http://a b\\x1b': 'a b' has a "
             "character that no host name has");
}

BOOST_AUTO_TEST_SUITE_END()
