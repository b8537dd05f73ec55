#include "commands/json_text.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(json_text)

using commands::format_json;
using commands::is_json;

namespace {

std::string formatted(std::string_view text) {
  return format_json(text, false).value_or("none");
}

}  // namespace

BOOST_AUTO_TEST_CASE(structures_are_indented) {
  BOOST_TEST(formatted(R"({"a":[1,{"b":null}],"c":"x"})") ==
             "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": \"x\"\n}\n");
  BOOST_TEST(formatted("[]") == "[]\n");
  BOOST_TEST(formatted("{ }") == "{}\n");
  BOOST_TEST(formatted("[[],{}]") == "[\n  [],\n  {}\n]\n");
}

BOOST_AUTO_TEST_CASE(values_stay_as_they_are_written) {
  BOOST_TEST(formatted(" 1.50e+3 ") == "1.50e+3\n");
  BOOST_TEST(formatted(R"("\u00e4\n\/")") == "\"\\u00e4\\n\\/\"\n");
  BOOST_TEST(formatted("true") == "true\n");
  BOOST_TEST(formatted("-0") == "-0\n");
}

BOOST_AUTO_TEST_CASE(colours_are_put_around_them) {
  BOOST_TEST(format_json(R"({"a":1})", true).value() ==
             "{\n  \x1b[34m\"a\"\x1b[0m: \x1b[36m1\x1b[0m\n}\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_JSON_is_none) {
  for (const auto* text :
       {"",          " ",    "{",     "[",       "]",        "}",          "[1",      "[1,",
        "[1,]",      "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",     "{1:2}",
        "{\"a\" 1}", "[}",   "{]",    "1 2",     "1,2",      "01",         "1.",      ".5",
        "+1",        "-",    "1e",    "nul",     "truely",   "\"",         "\"\\x\"", "\"\\u12g4\"",
        "\"\t\"",    "'a'",  "NaN",   "[1]]"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!is_json(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_nest_has_a_bottom) {
  BOOST_TEST(is_json(std::string(1000, '[') + std::string(1000, ']')));
  BOOST_TEST(!is_json(std::string(100'000, '[')));
}

BOOST_AUTO_TEST_SUITE_END()
