#include "gnet/web/glob.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(glob)

using gnet::web::matches_glob;

BOOST_AUTO_TEST_CASE(a_pattern_without_a_slash_is_for_names) {
  BOOST_TEST(matches_glob("*.css", "/a.css"));
  BOOST_TEST(matches_glob("*.css", "/deep/down/a.css"));
  BOOST_TEST(matches_glob("index.html", "/docs/index.html"));
  BOOST_TEST(!matches_glob("*.css", "/a.css/b"));
  BOOST_TEST(!matches_glob("*.css", "/a.csss"));
  BOOST_TEST(!matches_glob("a", "/ba"));
}

BOOST_AUTO_TEST_CASE(stars_stop_at_slashes_and_double_ones_do_not) {
  BOOST_TEST(matches_glob("/assets/*", "/assets/a.js"));
  BOOST_TEST(!matches_glob("/assets/*", "/assets/js/a.js"));
  BOOST_TEST(matches_glob("/assets/**", "/assets/js/a.js"));
  BOOST_TEST(matches_glob("/**/a.js", "/assets/js/a.js"));
  BOOST_TEST(matches_glob("/*/a.js", "/js/a.js"));
  BOOST_TEST(!matches_glob("/*/a.js", "/a/b/a.js"));
  BOOST_TEST(!matches_glob("/assets/**", "/asset/a.js"));
  BOOST_TEST(matches_glob("/**", "/"));
  BOOST_TEST(matches_glob("*", "/anything"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_is_one_character) {
  BOOST_TEST(matches_glob("?.js", "/a.js"));
  BOOST_TEST(!matches_glob("?.js", "/ab.js"));
  BOOST_TEST(!matches_glob("/a?b", "/a/b"));
  BOOST_TEST(matches_glob("", "/"));
  BOOST_TEST(!matches_glob("", "/a"));
}

BOOST_AUTO_TEST_CASE(many_stars_take_no_longer_than_few) {
  std::string pattern = "/";
  for (int i = 0; i < 100; ++i) pattern += "a*";
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(!matches_glob(pattern + "b", "/" + std::string(5000, 'a')));
  BOOST_TEST(((std::chrono::steady_clock::now() - begin) < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
