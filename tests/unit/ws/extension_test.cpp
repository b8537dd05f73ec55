#include "gnet/ws/extension.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(extension)

using gnet::ws::parse_extensions;

namespace {

// "a;x=1;y, b": what was understood; "malformed".
std::string parsed(std::string_view header) {
  const auto list = parse_extensions(header);
  if (!list) return "malformed";
  std::string text;
  for (const auto& extension : *list) {
    if (!text.empty()) text += ", ";
    text += extension.name;
    for (const auto& parameter : extension.parameters) {
      (text += ';') += parameter.name;
      if (parameter.value) (text += '=') += *parameter.value;
    }
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(extensions_have_parameters) {
  BOOST_TEST(parsed("permessage-deflate") == "permessage-deflate");
  BOOST_TEST(parsed("a; x=1; y, b,c;z") == "a;x=1;y, b, c;z");
  BOOST_TEST(parsed("a;x = 1\t;\ty ,b") == "a;x=1;y, b");
}

BOOST_AUTO_TEST_CASE(values_may_be_quoted) {
  BOOST_TEST(parsed("a; x=\"10\"") == "a;x=10");
  BOOST_TEST(parsed("a; x=\"1\\0\"; y") == "a;x=10;y");
}

BOOST_AUTO_TEST_CASE(empty_elements_of_the_list_do_not_matter) {
  BOOST_TEST(parsed(" , a,, b ,") == "a, b");
}

BOOST_AUTO_TEST_CASE(what_is_not_written_so_is_malformed) {
  for (const char* header :
       {"",       " ",       ",",        ";",           "a;",          "a;;x",    "a;=1", "a;x=",
        "a;x=\"", "a;x=\"1", "a;x=\"\"", "a;x=\"1 0\"", "a;x=\"1,2\"", "a;x=1=2", "a b",  "a;x y",
        "a/b",    "a;x=(1)", "\xc3\xa9", "a;x=\"1\"2",  "a;x=\"\\",    "=",       "a, ;x"}) {
    BOOST_TEST(parsed(header) == "malformed", "accepted: " << header);
  }
}

BOOST_AUTO_TEST_CASE(there_are_not_too_many) {
  std::string header = "a";
  for (int i = 0; i < 31; ++i) header += ";x";
  BOOST_TEST(parsed(header) != "malformed");
  BOOST_TEST(parsed(header + ";x") == "malformed");
  BOOST_TEST(parsed(header + ",a") == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()
