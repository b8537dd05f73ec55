#include "gnet/web/html.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(html)

using namespace std::string_literals;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  gnet::web::detail::append_html(out, text);
  return out;
}

std::string link(std::string_view name) {
  std::string out;
  gnet::web::detail::append_relative_link(out, name);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(markup_becomes_text) {
  BOOST_TEST(escaped("<script>\"a\" & 'b'</script>") ==
             "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
  BOOST_TEST(escaped("Grüße 日本") == "Grüße 日本");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_shown_as_such) {
  BOOST_TEST(escaped("a\xff"
                     "b\xc3") ==
             "a\xef\xbf\xbd"
             "b\xef\xbf\xbd");
  BOOST_TEST(escaped("a\0b\x1b\x7f"s) ==
             "a\xef\xbf\xbd"
             "b\xef\xbf\xbd\xef\xbf\xbd");
  BOOST_TEST(escaped("a\tb\nc") == "a\tb\nc");
}

BOOST_AUTO_TEST_CASE(a_link_is_one_segment_and_no_scheme) {
  BOOST_TEST(link("javascript:alert(1)") == "javascript%3Aalert%281%29");
  BOOST_TEST(link("a b?c#d%20\"'<>&") == "a%20b%3Fc%23d%2520%22%27%3C%3E%26");
  BOOST_TEST(link("\xff\xc3\xa9") == "%FF%C3%A9");
  BOOST_TEST(link("a.tar-1_2~") == "a.tar-1_2~");
}

BOOST_AUTO_TEST_SUITE_END()
