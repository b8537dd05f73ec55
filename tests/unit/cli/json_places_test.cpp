#include "cli/line/json_places.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(json_places)

using cli::JsonPlaces;
using cli::TextPlace;

namespace {

void is_at(const JsonPlaces& places, const JsonPlaces::Path& path, std::size_t line,
           std::size_t column) {
  const TextPlace found = places.find(path);
  BOOST_TEST(found.first == line);
  BOOST_TEST(found.second == column);
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_are_where_they_begin) {
  const JsonPlaces places(
      "{\"gnet\": {},\n \"service\" :\n  {\"a\": {\"port\": 7, \"x:\\\"y\":  \"z\"}}}");
  is_at(places, {"gnet"}, 1, 10);
  is_at(places, {"service"}, 3, 3);
  is_at(places, {"service", "a"}, 3, 9);
  is_at(places, {"service", "a", "port"}, 3, 18);
  is_at(places, {"service", "a", "x:\"y"}, 3, 31);
}

BOOST_AUTO_TEST_CASE(what_is_behind_lists_is_found_and_what_is_within_is_not) {
  const JsonPlaces places(R"({"a": [{"b": 1}, [2]], "c": "\u0041"})");
  is_at(places, {"a"}, 1, 7);
  is_at(places, {"c"}, 1, 29);
  is_at(places, {"a", "b"}, 0, 0);
  is_at(places, {"b"}, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_json_is_read_as_far_as_it_is) {
  is_at(JsonPlaces(R"({"a": 1, "b" 2})"), {"a"}, 1, 7);
  is_at(JsonPlaces(""), {"a"}, 0, 0);
  is_at(JsonPlaces("{\"a\""), {"a"}, 0, 0);
  is_at(JsonPlaces("{\"a\":"), {"a"}, 0, 0);
}

BOOST_AUTO_TEST_CASE(offsets_are_lines_and_columns) {
  BOOST_TEST((cli::place_in("ab\ncd", 0) == TextPlace(1, 1)));
  BOOST_TEST((cli::place_in("ab\ncd", 2) == TextPlace(1, 3)));
  BOOST_TEST((cli::place_in("ab\ncd", 4) == TextPlace(2, 2)));
}

BOOST_AUTO_TEST_SUITE_END()
