#include "gnet/http/entity_tag.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(entity_tag)

using gnet::http::EntityTag;
using gnet::http::is_in_if_match;
using gnet::http::is_in_if_none_match;

namespace {

std::string again(std::string_view text) {
  const auto tag = EntityTag::parse(text);
  return tag ? tag->str() : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_tag_is_strong_or_weak) {
  BOOST_TEST(EntityTag("v1").str() == "\"v1\"");
  BOOST_TEST(EntityTag("v1", true).str() == "W/\"v1\"");
  for (const char* text : {"\"v1\"", "W/\"v1\"", "\"\"", "\"a\\b\"", "\"\xc3\xbc,*\""}) {
    BOOST_TEST(again(text) == text);
  }
  BOOST_TEST(again(" \"v1\"\t") == "\"v1\"");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_no_tag) {
  for (const char* text : {"", "v1", "\"v1", "v1\"", "w/\"v1\"", "W\"v1\"", "W/ \"v1\"", "W/v1",
                           "\"a b\"", "\"a\nb\"", "\"a\"b", "\"a\"\"b\"", "\"a\\\"b\"", "*"}) {
    BOOST_TEST(again(text) == "none", text);
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_ends_a_field_can_be_in_a_tag) {
  for (const char* text : {"a\"b", "a b", "a\r\nX: y", "\x7f"}) {
    BOOST_CHECK_THROW(EntityTag tag(text), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(comparison_is_the_table_of_the_rfc) {
  const EntityTag weak1("1", true);
  const EntityTag weak2("2", true);
  const EntityTag strong1("1");
  BOOST_TEST(!strongly_equal(weak1, weak1));
  BOOST_TEST(weakly_equal(weak1, weak1));
  BOOST_TEST(!strongly_equal(weak1, weak2));
  BOOST_TEST(!weakly_equal(weak1, weak2));
  BOOST_TEST(!strongly_equal(weak1, strong1));
  BOOST_TEST(weakly_equal(weak1, strong1));
  BOOST_TEST(strongly_equal(strong1, strong1));
  BOOST_TEST(weakly_equal(strong1, strong1));
}

BOOST_AUTO_TEST_CASE(a_list_has_a_tag_wherever_it_stands) {
  const EntityTag tag("b");
  for (const char* list : {"\"b\"", "\"a\", \"b\"", "\"a\",\"b\" , \"c\"", ",, \"b\",", " * ",
                           "W/\"a\",\t\"b\"", "\"a,b\",\"b\""}) {
    BOOST_TEST(is_in_if_match(tag, list), list);
    BOOST_TEST(is_in_if_none_match(tag, list), list);
  }
  for (const char* list : {"", "\"a\"", "b", "\"B\"", "\"a,b\"", "\"a\" \"b\"", "x, \"b\"",
                           "\"a, \"b\"", "*, \"a\""}) {
    BOOST_TEST(!is_in_if_match(tag, list), list);
    BOOST_TEST(!is_in_if_none_match(tag, list), list);
  }
  BOOST_TEST(!is_in_if_match(tag, "W/\"b\""));
  BOOST_TEST(is_in_if_none_match(tag, "W/\"b\""));
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_is_in_no_list) {
  BOOST_TEST(!is_in_if_match(std::nullopt, "*"));
  BOOST_TEST(!is_in_if_none_match(std::nullopt, "*"));
  BOOST_TEST(!is_in_if_match(std::nullopt, "\"a\""));
}

BOOST_AUTO_TEST_SUITE_END()
