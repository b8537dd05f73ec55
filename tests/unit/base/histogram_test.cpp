#include "gnet/base/histogram.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

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

// The places of a real one: the formula of percentiles is compared with the sorted list of all.
BOOST_AUTO_TEST_CASE(percentiles_of_a_fine_one_are_those_of_the_sorted_list_to_three_digits) {
  const auto histogram = std::make_unique<gnet::FineHistogram>();
  std::vector<std::int64_t> all;
  std::minstd_rand random(7);
  std::lognormal_distribution<double> spread(12, 2);
  for (int i = 0; i < 200'000; ++i) {
    all.push_back(static_cast<std::int64_t>(spread(random)));
    histogram->record(std::chrono::nanoseconds(all.back()));
  }
  std::ranges::sort(all);
  for (const double share : {0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size())));
    const auto expected = static_cast<double>(all[std::max<std::size_t>(rank, 1) - 1]);
    const auto got = static_cast<double>(histogram->percentile(share).count());
    BOOST_TEST(got >= expected, "at " << share);
    BOOST_TEST(got <= expected * 1.001, "at " << share);
  }
  BOOST_TEST(histogram->percentile(1).count() == all.back());
  BOOST_TEST(histogram->min().count() == all.front());
}

BOOST_AUTO_TEST_CASE(a_share_that_is_no_binary_fraction_has_the_rank_it_says) {
  gnet::FineHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(i * 1ns);
  for (int tenths = 0; tenths <= 1000; ++tenths) {
    BOOST_TEST(histogram.percentile(tenths / 1000.0).count() == std::max(tenths, 1));
  }
}

BOOST_AUTO_TEST_CASE(its_places_are_told_in_order_and_are_all) {
  gnet::Histogram histogram;
  for (const auto value : {3ns, 3ns, 70ns, 1'000'000ns}) histogram.record(value);
  std::vector<std::uint64_t> counts;
  std::uint64_t last = 0;
  histogram.for_each([&](std::size_t, std::uint64_t highest, std::uint64_t count) {
    BOOST_TEST(highest > last);
    last = highest;
    counts.push_back(count);
  });
  BOOST_TEST(counts == (std::vector<std::uint64_t>{2, 1, 1}), boost::test_tools::per_element());
  BOOST_TEST(histogram.count_up_to(69ns) == 2U);
  BOOST_TEST(histogram.count_up_to(70ns) == 3U);
  BOOST_TEST(histogram.count_up_to(1h) == 4U);
}

BOOST_AUTO_TEST_CASE(one_that_was_cleared_is_empty) {
  gnet::Histogram histogram;
  histogram.record(5us);
  histogram.clear();
  BOOST_TEST(histogram.count() == 0U);
  BOOST_CHECK(histogram.max() == 0ns);
  histogram.record(1us);
  BOOST_CHECK(histogram.percentile(1) == 1us);
  BOOST_TEST(histogram.count_up_to(1s) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
