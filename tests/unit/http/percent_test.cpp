#include "gnet/http/percent.h"

#include <boost/test/unit_test.hpp>

BOOST_TEST_DONT_PRINT_LOG_VALUE(gnet::http::PercentFault)

BOOST_AUTO_TEST_SUITE(percent)

using gnet::http::EncodeSet;
using gnet::http::percent_decode;
using gnet::http::percent_encode;
using gnet::http::PercentFault;

BOOST_AUTO_TEST_CASE(each_set_encodes_its_bytes) {
  std::string all;
  for (char c = ' '; c < '\x7f'; ++c) all += c;
  const auto encoded = [&](EncodeSet set) {
    std::string bytes;
    for (const char c : all) {
      if (percent_encode({&c, 1}, set) != std::string(1, c)) bytes += c;
    }
    return bytes;
  };
  BOOST_TEST(encoded(EncodeSet::c0_control).empty());
  BOOST_TEST(encoded(EncodeSet::fragment) == " \"<>`");
  BOOST_TEST(encoded(EncodeSet::query) == " \"#<>");
  BOOST_TEST(encoded(EncodeSet::special_query) == " \"#'<>");
  BOOST_TEST(encoded(EncodeSet::path) == " \"#<>?^`{}");
  BOOST_TEST(encoded(EncodeSet::userinfo) == " \"#/:;<=>?@[\\]^`{|}");
  BOOST_TEST(encoded(EncodeSet::component) == " \"#$&+,/:;<=>?@[\\]^`{|}");
  BOOST_TEST(encoded(EncodeSet::unreserved) == " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}");
}

BOOST_AUTO_TEST_CASE(control_characters_and_other_bytes_are_encoded_by_each_set) {
  for (const auto set : {EncodeSet::c0_control, EncodeSet::fragment, EncodeSet::unreserved}) {
    BOOST_TEST(percent_encode("\r\n\x7f\xc3\xbc", set) == "%0D%0A%7F%C3%BC");
  }
}

BOOST_AUTO_TEST_CASE(decoding_happens_once) {
  BOOST_TEST(percent_decode("%2541") == "%41");
  BOOST_TEST(percent_decode("a%20b+c") == "a b+c");
}

BOOST_AUTO_TEST_CASE(what_is_no_escape_stays) {
  BOOST_TEST(percent_decode("%") == "%");
  BOOST_TEST(percent_decode("%4") == "%4");
  BOOST_TEST(percent_decode("%zz%4g%41") == "%zz%4gA");
  BOOST_TEST(percent_decode("%00") == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(strict_decoding_says_what_it_refuses) {
  std::string out = "to ";
  BOOST_TEST(percent_decode("%c3%BCb", out) == PercentFault::none);
  BOOST_TEST(out == "to \xc3\xbc\x62");
  for (const char* text : {"%", "a%4", "%4g", "%%41", "%u0041", "% 41"}) {
    BOOST_TEST(percent_decode(text, out) == PercentFault::bad_escape);
  }
  BOOST_TEST(percent_decode("a%00", out) == PercentFault::nul);
  BOOST_TEST(percent_decode(std::string_view("\0", 1), out) == PercentFault::nul);
}

BOOST_AUTO_TEST_SUITE_END()
