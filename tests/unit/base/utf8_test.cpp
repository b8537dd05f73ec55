#include "gnet/base/utf8.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(utf8)

using gnet::is_utf8;
using gnet::json_string;
using gnet::utf8_length;

BOOST_AUTO_TEST_CASE(characters_have_one_to_four_bytes) {
  BOOST_TEST(utf8_length("") == 0U);
  BOOST_TEST(utf8_length("ab") == 1U);
  BOOST_TEST(utf8_length("\xc3\xa9x") == 2U);
  BOOST_TEST(utf8_length("\xe2\x82\xacx") == 3U);
  BOOST_TEST(utf8_length("\xf0\x9f\x98\x80x") == 4U);
  BOOST_TEST(utf8_length("\xf4\x8f\xbf\xbf") == 4U);
}

BOOST_AUTO_TEST_CASE(what_the_standard_forbids_is_not_utf8) {
  for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                           "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x28\xa1"}) {
    BOOST_TEST(utf8_length(text) == 0U);
    BOOST_TEST(!is_utf8(std::string("ok ") + text));
  }
}

BOOST_AUTO_TEST_CASE(printable_text_has_no_control_characters) {
  BOOST_TEST(gnet::printable("a\nb\t\x1b[0m\xc2\x9b\xff \xc3\xa9") ==
             "a\\nb\\t\\x1b[0m\\xc2\\x9b\\xff \xc3\xa9");
}

BOOST_AUTO_TEST_CASE(json_strings_are_always_valid) {
  BOOST_TEST(json_string("plain \xc3\xa9") == "\"plain \xc3\xa9\"");
  BOOST_TEST(json_string("\"\\\n\r\t\x01\x7f") == R"("\"\\\n\r\t\u0001\u007f")");
  BOOST_TEST(json_string("a\xff\x62") == "\"a\xef\xbf\xbd\x62\"");
  BOOST_TEST(json_string(std::string_view("\0", 1)) == "\"\\u0000\"");
}

BOOST_AUTO_TEST_SUITE_END()
