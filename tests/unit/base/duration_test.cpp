#include "gnet/base/duration.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <random>

BOOST_AUTO_TEST_SUITE(duration)

using namespace std::chrono_literals;
using gnet::Duration;
using gnet::format_duration;
using gnet::parse_duration;

BOOST_AUTO_TEST_CASE(each_unit_is_understood) {
  BOOST_TEST((parse_duration("7ns") == 7ns));
  BOOST_TEST((parse_duration("7us") == 7us));
  BOOST_TEST((parse_duration("7\xc2\xb5s") == 7us));
  BOOST_TEST((parse_duration("250ms") == 250ms));
  BOOST_TEST((parse_duration("10s") == 10s));
  BOOST_TEST((parse_duration("5m") == 5min));
  BOOST_TEST((parse_duration("2h") == 2h));
  BOOST_TEST((parse_duration("3d") == 72h));
}

BOOST_AUTO_TEST_CASE(a_bare_number_is_seconds) {
  BOOST_TEST((parse_duration("10") == 10s));
  BOOST_TEST((parse_duration("1.5") == 1500ms));
  BOOST_TEST((parse_duration(".5") == 500ms));
  BOOST_TEST((parse_duration("0") == 0s));
}

BOOST_AUTO_TEST_CASE(fractions_are_exact) {
  BOOST_TEST((parse_duration("0.1") == 100ms));
  BOOST_TEST((parse_duration("0.000000001s") == 1ns));
  BOOST_TEST((parse_duration("9223372036.854775807s") == Duration::max()));
}

BOOST_AUTO_TEST_CASE(units_may_follow_each_other_from_large_to_small) {
  BOOST_TEST((parse_duration("1h30m") == 90min));
  BOOST_TEST((parse_duration("1m2.5s") == 62500ms));
  BOOST_TEST(!parse_duration("30m1h"));
  BOOST_TEST(!parse_duration("1m1m"));
  BOOST_TEST(!parse_duration("1m30"));
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused) {
  for (const char* text : {"", " ", "s", "-1", "-1s", "1x", "1 s", "1s ", "1.2.3", ".", "1e3", "+1",
                           "1S", "inf", "0x10", "99999999999999999999", "300000000h"}) {
    BOOST_TEST(!parse_duration(text), "accepted: " << text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_0_does_not_become_0) {
  BOOST_TEST((parse_duration("0.00000000000000s") == 0s));
  for (const char* text : {"0.4ns", "0.0000000001s", "0.00000000000001s", "1s0.1ns"}) {
    BOOST_TEST(!parse_duration(text), "accepted: " << text);
  }
}

BOOST_AUTO_TEST_CASE(people_read_it_without_useless_digits) {
  BOOST_TEST(format_duration(0s) == "0s");
  BOOST_TEST(format_duration(999ns) == "999ns");
  BOOST_TEST(format_duration(1500ns) == "1.5us");
  BOOST_TEST(format_duration(250ms) == "250ms");
  BOOST_TEST(format_duration(2100ms) == "2.1s");
  BOOST_TEST(format_duration(60s) == "1m");
  BOOST_TEST(format_duration(90s) == "1m30s");
  BOOST_TEST(format_duration(2h) == "2h");
  BOOST_TEST(format_duration(-250ms) == "-250ms");
}

BOOST_AUTO_TEST_CASE(it_can_be_rounded_to_a_few_digits) {
  BOOST_TEST(format_duration(2'134'567'890ns, 2) == "2.1s");
  BOOST_TEST(format_duration(2'150'000'000ns, 2) == "2.2s");
  BOOST_TEST(format_duration(123'456us, 2) == "120ms");
  BOOST_TEST(format_duration(999'999us, 2) == "1s");
  BOOST_TEST(format_duration(5ns, 3) == "5ns");
}

BOOST_AUTO_TEST_CASE(the_text_reads_back_as_the_same_duration) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const Duration some(static_cast<Duration::rep>(random() >> (1 + random() % 62)));
    BOOST_TEST_REQUIRE((parse_duration(format_duration(some)) == some), format_duration(some));
  }
  BOOST_TEST((parse_duration(format_duration(Duration::max())) == Duration::max()));
}

BOOST_AUTO_TEST_CASE(the_most_negative_one_has_a_text_too) {
  BOOST_TEST(format_duration(Duration::min()).front() == '-');
}

BOOST_AUTO_TEST_CASE(a_time_span_is_never_beyond_its_range) {
  using gnet::TimeSpan;
  BOOST_TEST((TimeSpan(std::chrono::hours::max()) == Duration::max()));
  BOOST_TEST((TimeSpan(std::chrono::hours::min()) == Duration::min()));
  BOOST_TEST((TimeSpan(std::chrono::seconds::max()) == Duration::max()));
  BOOST_TEST((TimeSpan(std::chrono::milliseconds::max()) == Duration::max()));
  BOOST_TEST((TimeSpan(std::chrono::duration<double>(1e30)) == Duration::max()));
  BOOST_TEST((TimeSpan(std::chrono::duration<double>(-1e30)) == Duration::min()));
  BOOST_TEST((TimeSpan(std::chrono::duration<double>(std::nan(""))) == Duration::zero()));
  BOOST_TEST((TimeSpan(std::chrono::duration<int, std::ratio<3600>>(1)) == 1h));
  BOOST_TEST((TimeSpan(std::chrono::duration<double>(0.25)) == 250ms));
  BOOST_TEST((TimeSpan(std::chrono::hours(24 * 365 * 292)) == std::chrono::hours(24 * 365 * 292)));
  BOOST_TEST((TimeSpan(-1h) == -1h));
  BOOST_TEST((TimeSpan(7ns) == 7ns));
  BOOST_TEST((TimeSpan() == 0ns));
  BOOST_TEST(format_duration(std::chrono::hours::max()) == format_duration(Duration::max()));
}

BOOST_AUTO_TEST_CASE(the_moment_after_a_time_span_is_never_before_its_start) {
  using gnet::TimePoint;
  using gnet::TimeSpan;
  const TimePoint start(5s);
  BOOST_TEST((TimeSpan(3s).after(start) == TimePoint(8s)));
  BOOST_TEST((TimeSpan(-3s).after(start) == start));
  BOOST_TEST((TimeSpan(std::chrono::hours::max()).after(start) == TimePoint::max()));
  BOOST_TEST((TimeSpan(std::chrono::hours::min()).after(start) == start));
}

BOOST_AUTO_TEST_SUITE_END()
