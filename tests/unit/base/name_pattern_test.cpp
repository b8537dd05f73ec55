#include "gnet/base/name_pattern.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(name_pattern)

using gnet::matches_name;

BOOST_AUTO_TEST_CASE(a_pattern_without_wildcards_is_the_name_itself) {
  BOOST_TEST(matches_name("echo", "echo"));
  BOOST_TEST(!matches_name("echo", "echo-2"));
  BOOST_TEST(!matches_name("echo", "Echo"));
  BOOST_TEST(matches_name("", ""));
  BOOST_TEST(!matches_name("", "a"));
}

BOOST_AUTO_TEST_CASE(a_star_is_any_characters_and_a_question_mark_one) {
  BOOST_TEST(matches_name("*", ""));
  BOOST_TEST(matches_name("*", "echo"));
  BOOST_TEST(matches_name("e*o", "eo"));
  BOOST_TEST(matches_name("e*o", "echo-echo"));
  BOOST_TEST(!matches_name("e*o", "echoes"));
  BOOST_TEST(matches_name("?", "a"));
  BOOST_TEST(!matches_name("?", ""));
  BOOST_TEST(!matches_name("?", "ab"));
  BOOST_TEST(matches_name("*a?c*", "xxabcabd"));
}

BOOST_AUTO_TEST_SUITE_END()
