#include "cli/line/value.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(value)

using namespace std::chrono_literals;

namespace {

template <typename T>
T value_of(std::string_view text) {
  T value{};
  cli::read_value(text, value);
  return value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(switches_are_on_or_off_in_several_words) {
  for (const char* text : {"on", "true", "yes", "1"}) BOOST_TEST(value_of<bool>(text));
  for (const char* text : {"off", "false", "no", "0"}) BOOST_TEST(!value_of<bool>(text));
  BOOST_CHECK_THROW(value_of<bool>("maybe"), cli::BadValue);
}

BOOST_AUTO_TEST_CASE(a_repeated_switch_counts) {
  cli::Tally tally;
  cli::read_value("on", tally);
  cli::read_value("on", tally);
  BOOST_TEST(tally.times == 2U);
  BOOST_TEST(value_of<cli::Tally>("3").times == 3U);
  BOOST_TEST(value_of<cli::Tally>("off").times == 0U);
}

BOOST_AUTO_TEST_CASE(ports_are_numbers_ranges_and_lists) {
  const auto ports = value_of<cli::Ports>("0,6011,7000-7010");
  BOOST_REQUIRE(ports.ranges.size() == 3U);
  BOOST_TEST(ports.ranges[2].low == 7000);
  BOOST_TEST(ports.ranges[2].high == 7010);
  BOOST_TEST(cli::show(ports) == "0,6011,7000-7010");
  for (const char* text : {"", "x", "70000", "7-5", "0-9", "1,", "-1", "80 "}) {
    BOOST_CHECK_THROW(value_of<cli::Ports>(text), cli::BadValue);
  }
}

BOOST_AUTO_TEST_CASE(a_delay_may_have_a_spread) {
  const auto delay = value_of<cli::Delay>("100ms~20ms");
  BOOST_CHECK(delay.base == 100ms);
  BOOST_CHECK(delay.jitter == 20ms);
  BOOST_TEST(cli::show(delay) == "100ms~20ms");
  BOOST_CHECK(value_of<cli::Delay>("1").base == 1s);
}

BOOST_AUTO_TEST_CASE(rates_may_say_what_they_are_per) {
  BOOST_TEST(value_of<cli::Rate>("64K/s").bytes_per_second == 65536U);
  BOOST_TEST(value_of<cli::Rate>("1MB").bytes_per_second == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(sizes_are_shown_as_they_are_typed) {
  BOOST_TEST(cli::show(cli::Size{65536}) == "64K");
  BOOST_TEST(cli::show(cli::Size{1000}) == "1000");
  BOOST_TEST(cli::show(cli::Size{3U << 20}) == "3M");
}

BOOST_AUTO_TEST_CASE(file_modes_are_octal) {
  BOOST_TEST(value_of<cli::FileMode>("0660").bits == 0660U);
  BOOST_TEST(cli::show(cli::FileMode{0600}) == "0600");
  BOOST_CHECK_THROW(value_of<cli::FileMode>("888"), cli::BadValue);
  BOOST_CHECK_THROW(value_of<cli::FileMode>("7777"), cli::BadValue);
}

BOOST_AUTO_TEST_CASE(durations_show_zero_without_a_unit) {
  BOOST_TEST(cli::show(gnet::Duration::zero()) == "0");
  BOOST_TEST(cli::show(gnet::Duration(10s)) == "10s");
}

BOOST_AUTO_TEST_SUITE_END()
