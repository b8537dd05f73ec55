#include "cli/out/json.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <utility>

BOOST_AUTO_TEST_SUITE(json_output)

BOOST_AUTO_TEST_CASE(keys_keep_their_order) {
  cli::JsonObject object;
  object.add("z", 1).add("a", true).add("s", "text").add("n", std::uint64_t{1} << 63);
  BOOST_TEST(object.text() == R"({"z":1,"a":true,"s":"text","n":9223372036854775808})");
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_whatever_they_hold) {
  cli::JsonObject object;
  object.add("s", std::string_view("a\"\\\n\x01\xff", 6));
  BOOST_TEST(object.text().find('\n') == std::string::npos);
  BOOST_TEST(object.text().starts_with(R"({"s":"a\"\\\n\u0001)"));
}

BOOST_AUTO_TEST_CASE(what_json_cannot_say_is_null) {
  cli::JsonObject object;
  object.add("x", std::nan(""));
  BOOST_TEST(object.text() == R"({"x":null})");
}

BOOST_AUTO_TEST_CASE(numbers_have_no_exponent_and_all_digits_in_front_of_the_point) {
  const std::pair<double, const char*> cases[] = {{0, "0"},
                                                  {-0.0, "0"},
                                                  {1, "1"},
                                                  {-2.5, "-2.5"},
                                                  {1.0 / 3, "0.333333"},
                                                  {12.3456789, "12.3457"},
                                                  {999999.5, "1000000"},
                                                  {1001654.25, "1001654"},
                                                  {3.6e12, "3600000000000"},
                                                  {0.00001234, "0.00001234"},
                                                  {1e-9, "0.000000001"},
                                                  {NAN, "null"}};
  for (const auto& [value, text] : cases) BOOST_TEST(cli::number_text(value) == text);
}

BOOST_AUTO_TEST_CASE(objects_and_lists_nest) {
  cli::JsonObject inner;
  inner.add("list", std::vector<std::string>{"a", "b"});
  BOOST_TEST(cli::JsonObject().add("inner", inner).text() == R"({"inner":{"list":["a","b"]}})");
}

BOOST_AUTO_TEST_CASE(an_event_starts_with_its_time_and_name) {
  const std::string text = cli::event("stats").add("active", 3).text();
  BOOST_TEST(text.starts_with(R"({"ts":"20)"));
  BOOST_TEST(text.ends_with(R"(Z","event":"stats","active":3})"));
}

BOOST_AUTO_TEST_SUITE_END()
