#include "gnet/http/date.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>

BOOST_AUTO_TEST_SUITE(date)

using gnet::http::date_field;
using gnet::http::format_date;
using gnet::http::parse_date;
using gnet::http::sys_seconds;

namespace {

sys_seconds at(long long seconds) {
  return sys_seconds(std::chrono::seconds(seconds));
}

// Seconds since 1970; -1 for what is no date.
long long read(std::string_view text) {
  const auto time = parse_date(text);
  return time ? time->time_since_epoch().count() : -1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_date_is_written_in_one_form) {
  BOOST_TEST(format_date(at(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(format_date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(format_date(at(-1)) == "Wed, 31 Dec 1969 23:59:59 GMT");
  BOOST_TEST(format_date(at(1709164799)) == "Wed, 28 Feb 2024 23:59:59 GMT");
  BOOST_TEST(format_date(at(1709164800)) == "Thu, 29 Feb 2024 00:00:00 GMT");
  BOOST_TEST(format_date(at(4107542400)) == "Mon, 01 Mar 2100 00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(times_without_a_date_of_four_digits_are_the_nearest_that_have_one) {
  BOOST_TEST(format_date(at(std::numeric_limits<long long>::max())) ==
             "Fri, 31 Dec 9999 23:59:59 GMT");
  BOOST_TEST(format_date(at(std::numeric_limits<long long>::min())) ==
             "Sat, 01 Jan 0000 00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(all_three_forms_are_read) {
  BOOST_TEST(read("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  BOOST_TEST(read("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
  BOOST_TEST(read("Sun Nov  6 08:49:37 1994") == 784111777);
  BOOST_TEST(read("Wed Nov 16 08:49:37 1994") == 784975777);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_the_same) {
  for (long long time = -62'000'000'000; time < 250'000'000'000; time += 1'234'567'891) {
    BOOST_TEST(read(format_date(at(time))) == time);
  }
}

BOOST_AUTO_TEST_CASE(two_digits_of_a_year_are_not_far_ahead) {
  BOOST_TEST((parse_date("Friday, 31-Dec-99 23:59:59 GMT", at(784111777)) == at(946684799)));
  const sys_seconds now = parse_date("Sat, 28 Nov 2026 12:00:00 GMT").value();
  const auto year = [&](std::string_view text) {
    return format_date(parse_date(text, now).value()).substr(12, 4);
  };
  BOOST_TEST(year("Friday, 01-Jan-76 00:00:00 GMT") == "2076");
  BOOST_TEST(year("Friday, 01-Jan-77 00:00:00 GMT") == "1977");
  BOOST_TEST(year("Friday, 01-Jan-26 00:00:00 GMT") == "2026");
  BOOST_TEST(read("Friday, 01-Jan-70 00:00:00 GMT") == 0);
  BOOST_TEST(read("Friday, 01-Jan-69 00:00:00 GMT") > 0);
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_date) {
  for (const char* text : {"",
                           "0",
                           "784111777",
                           "Sun",
                           "Sun, ",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 8:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           " Sun, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Nov 1994 08:49:37 GMT",
                           "Sun, 29 Feb 1900 08:49:37 GMT",
                           "Son, 06 Nov 1994 08:49:37 GMT",
                           "Sunday, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov  6 08:49:37 1994 GMT",
                           "Sun, -6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 +8:49:37 GMT"}) {
    BOOST_TEST(read(text) == -1, text);
  }
}

BOOST_AUTO_TEST_CASE(a_leap_second_is_the_next_minute) {
  BOOST_TEST(read("Sat, 31 Dec 2016 23:59:60 GMT") == 1483228800);
}

BOOST_AUTO_TEST_CASE(a_server_says_when_to_come_again) {
  const auto wait = [](std::string_view text) {
    const auto delay = gnet::http::parse_retry_after(text, at(784111777));
    return delay ? delay->count() : -1;
  };
  BOOST_TEST(wait("120") == 120);
  BOOST_TEST(wait("0") == 0);
  BOOST_TEST(wait("99999999999999999999") == 365 * 86400);
  BOOST_TEST(wait("Sun, 06 Nov 1994 08:49:47 GMT") == 10);
  BOOST_TEST(wait("Sunday, 06-Nov-94 08:49:47 GMT") == 10);
  BOOST_TEST(wait("Sun, 06 Nov 1994 08:49:27 GMT") == 0);
  BOOST_TEST(wait("Fri, 31 Dec 9999 23:59:59 GMT") == 365 * 86400);
  for (const char* text : {"", "-1", "1.5", "1 s", "soon"}) BOOST_TEST(wait(text) == -1, text);
}

BOOST_AUTO_TEST_CASE(the_field_is_made_once_a_second) {
  const std::string_view first = date_field(at(784111777));
  BOOST_TEST(first == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(date_field(at(784111777)).data() == first.data());
  BOOST_TEST(date_field(at(784111778)) == "Sun, 06 Nov 1994 08:49:38 GMT");
  BOOST_TEST(date_field(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

BOOST_AUTO_TEST_SUITE_END()
