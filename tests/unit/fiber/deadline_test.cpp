#include "gnet/fiber/deadline.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <limits>

BOOST_AUTO_TEST_SUITE(deadline)

using gnet::Clock;
using gnet::Deadline;
using gnet::Duration;
using gnet::TimePoint;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(never_does_not_pass) {
  BOOST_TEST(Deadline().is_never());
  BOOST_TEST(Deadline::never().is_never());
  BOOST_TEST(!Deadline::never().passed());
}

BOOST_AUTO_TEST_CASE(a_duration_counts_from_now) {
  const auto before = Clock::now();
  const Deadline deadline = 10s;
  const auto after = Clock::now();
  BOOST_TEST((deadline.when() >= before + 10s));
  BOOST_TEST((deadline.when() <= after + 10s));
  BOOST_TEST(!deadline.passed());
  BOOST_TEST(!deadline.is_never());
}

BOOST_AUTO_TEST_CASE(zero_or_less_has_passed) {
  BOOST_TEST(Deadline(0s).passed());
  BOOST_TEST(Deadline(-1ns).passed());
  BOOST_TEST(Deadline(-100h).passed());
  BOOST_TEST(Deadline(Duration::min()).passed());
  BOOST_TEST(Deadline(std::chrono::hours::min()).passed());
  BOOST_TEST(Deadline(std::chrono::duration<double>(-1e30)).passed());
  BOOST_TEST(
      Deadline(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())).passed());
}

BOOST_AUTO_TEST_CASE(within_no_limit_is_never) {
  BOOST_TEST(Deadline::within(0s).is_never());
  BOOST_TEST(Deadline::within(-1ns).is_never());
  BOOST_TEST(Deadline::within(Duration::max()).is_never());
  BOOST_TEST(!Deadline::within(1ns).is_never());
  const auto before = Clock::now();
  const Deadline deadline = Deadline::within(10s);
  BOOST_TEST((deadline.when() >= before + 10s));
  BOOST_TEST((deadline.when() <= Clock::now() + 10s));
}

BOOST_AUTO_TEST_CASE(beyond_the_clock_is_never) {
  BOOST_TEST(Deadline(Duration::max()).is_never());
  BOOST_TEST(Deadline(std::chrono::hours::max()).is_never());
  BOOST_TEST(Deadline(std::chrono::hours(24 * 365 * 1000)).is_never());
  BOOST_TEST(Deadline(std::chrono::duration<double>(1e30)).is_never());
  BOOST_TEST(!Deadline(std::chrono::hours(24 * 365)).is_never());
}

BOOST_AUTO_TEST_CASE(fractions_are_kept) {
  const auto start = TimePoint(5s);
  BOOST_TEST((Deadline::after(start, std::chrono::duration<double>(0.25)) == start + 250ms));
  BOOST_TEST((Deadline::after(start, 3us) == start + 3us));
  BOOST_TEST((Deadline::after(start, 3ns) == start + 3ns));
}

BOOST_AUTO_TEST_CASE(a_time_point_is_taken_as_it_is) {
  const auto when = Clock::now() + 5s;
  BOOST_TEST((Deadline(when).when() == when));
  BOOST_TEST(Deadline(Clock::now()).passed());
}

BOOST_AUTO_TEST_CASE(the_earlier_of_two) {
  const Deadline sooner(TimePoint(1s));
  const Deadline later(TimePoint(2s));
  BOOST_TEST((sooner.earlier(later).when() == sooner.when()));
  BOOST_TEST((later.earlier(sooner).when() == sooner.when()));
  BOOST_TEST((Deadline::never().earlier(later).when() == later.when()));
}

BOOST_AUTO_TEST_CASE(what_remains_of_it_is_known) {
  const Deadline soon = 1h;
  BOOST_TEST((soon.remaining() <= 1h));
  BOOST_TEST((soon.remaining() > 59min));
  BOOST_TEST((Deadline(0s).remaining() == 0s));
  BOOST_TEST((Deadline(gnet::Clock::now() - 5s).remaining() == 0s));
  BOOST_TEST((Deadline::never().remaining() == gnet::Duration::max()));
}

BOOST_AUTO_TEST_SUITE_END()
