#include "gnet/base/histogram.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(histogram)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(an_empty_one_is_all_zero) {
  const gnet::Histogram empty;
  BOOST_TEST(empty.count() == 0U);
  BOOST_CHECK(empty.min() == 0ns);
  BOOST_CHECK(empty.mean() == 0ns);
  BOOST_CHECK(empty.percentile(0.99) == 0ns);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  gnet::Histogram histogram;
  for (int i = 1; i <= 50; ++i) histogram.record(std::chrono::nanoseconds(i));
  BOOST_CHECK(histogram.percentile(0.5) == 25ns);
  BOOST_CHECK(histogram.percentile(1.0) == 50ns);
  BOOST_CHECK(histogram.min() == 1ns);
  BOOST_CHECK(histogram.mean() == 25ns);
}

BOOST_AUTO_TEST_CASE(percentiles_are_within_two_percent) {
  gnet::Histogram histogram;
  for (int i = 1; i <= 100'000; ++i) histogram.record(std::chrono::microseconds(i));
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double expected = share * 1e8;
    const auto got = static_cast<double>(histogram.percentile(share).count());
    BOOST_TEST(got >= expected * 0.99);
    BOOST_TEST(got <= expected * 1.02);
  }
}

BOOST_AUTO_TEST_CASE(no_percentile_exceeds_the_maximum) {
  gnet::Histogram histogram;
  histogram.record(1'000'003ns);
  BOOST_CHECK(histogram.percentile(0.99) == 1'000'003ns);
}

BOOST_AUTO_TEST_CASE(the_largest_durations_have_a_place) {
  gnet::Histogram histogram;
  histogram.record(gnet::Duration::max());
  histogram.record(-1ns);
  BOOST_CHECK(histogram.max() == gnet::Duration::max());
  BOOST_CHECK(histogram.min() == 0ns);
}

BOOST_AUTO_TEST_CASE(merging_is_recording_both) {
  gnet::Histogram a;
  gnet::Histogram b;
  a.record(10ns);
  b.record(30ns);
  a.merge(b);
  BOOST_TEST(a.count() == 2U);
  BOOST_CHECK(a.mean() == 20ns);
  BOOST_CHECK(a.max() == 30ns);
}

BOOST_AUTO_TEST_SUITE_END()
