#include "commands/load_schedule.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(load_schedule)

using namespace std::chrono_literals;
using commands::LoadArrival;
using commands::LoadSchedule;
using commands::LoadStages;

namespace {

std::vector<gnet::Duration> all_of(LoadSchedule schedule) {
  std::vector<gnet::Duration> moments;
  for (; schedule.next() && moments.size() < 1'000'000; schedule.pop()) {
    moments.push_back(*schedule.next());
  }
  return moments;
}

std::vector<gnet::Duration> all_of(const LoadStages& stages, LoadSchedule::Share share = {}) {
  return all_of(LoadSchedule(stages, LoadArrival::constant, share));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_constant_rate_has_moments_at_equal_distances) {
  const auto moments = all_of({{1000, 1000, 10s}});
  BOOST_TEST(moments.size() == 10'000U);
  BOOST_CHECK(moments[0] == 0s);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const auto wanted = std::chrono::milliseconds(i);
    BOOST_TEST(std::abs((moments[i] - wanted).count()) <= 1);
  }
}

BOOST_AUTO_TEST_CASE(threads_that_share_it_have_all_of_its_moments_between_them) {
  const auto whole = all_of({{300, 300, 1s}});
  std::vector<gnet::Duration> shared;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto part = all_of({{300, 300, 1s}}, {.index = i, .of = 3});
    BOOST_TEST(part.size() == 100U);
    shared.insert(shared.end(), part.begin(), part.end());
  }
  std::ranges::sort(shared);
  BOOST_CHECK(shared == whole);
}

BOOST_AUTO_TEST_CASE(a_limit_is_that_of_all_threads) {
  std::size_t sum = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    sum += all_of({{1000, 1000, 100s}}, {.index = i, .of = 4, .limit = 10}).size();
  }
  BOOST_TEST(sum == 10U);
}

BOOST_AUTO_TEST_CASE(a_ramp_has_as_many_requests_as_the_area_below_it) {
  const auto moments = all_of({{0, 1000, 10s}});
  BOOST_TEST(moments.size() == 5000U);
  // A quarter of them in the first half of the time.
  const auto half = std::ranges::lower_bound(moments, gnet::Duration(5s)) - moments.begin();
  BOOST_TEST(std::abs(half - 1250) <= 1);
  BOOST_CHECK(std::ranges::is_sorted(moments));
  const auto down = all_of({{1000, 0, 10s}});
  BOOST_TEST(down.size() == 5000U);
  BOOST_CHECK(down.back() < 10s);
}

BOOST_AUTO_TEST_CASE(stages_follow_each_other_and_one_may_be_silent) {
  const LoadStages stages = commands::parse_load_stages("100@1s,0@2s,10@1s");
  const auto moments = all_of(stages);
  BOOST_TEST(moments.size() == 110U);
  BOOST_CHECK(moments[99] < 1s);
  BOOST_CHECK(moments[100] >= 3s);
  BOOST_CHECK(commands::length_of(stages) == 4s);
  BOOST_TEST(commands::requests_of(stages) == 110);
  BOOST_TEST(commands::rate_at(stages, 500ms) == 100);
  BOOST_TEST(commands::rate_at(stages, 2s) == 0);
  BOOST_TEST(commands::rate_at(stages, 1h) == 10);
}

BOOST_AUTO_TEST_CASE(the_rate_of_a_second_is_its_mean) {
  const LoadStages stages = commands::parse_load_stages("100@500ms,0@500ms,200@500ms");
  BOOST_TEST(commands::mean_rate(stages, 0s, 1s) == 50);
  BOOST_TEST(commands::mean_rate(stages, 1s, 2s) == 100);
  BOOST_TEST(commands::mean_rate(stages, 1s, 1500ms) == 200);
  BOOST_TEST(commands::mean_rate(stages, 2s, 3s) == 0);
  const LoadStages ramp{{0, 1000, 2s}, {1000, 1000, gnet::Duration::max() - 2s}};
  BOOST_TEST(commands::mean_rate(ramp, 0s, 1s) == 250);
  BOOST_TEST(commands::mean_rate(ramp, 1s, 2s) == 750);
  BOOST_TEST(commands::mean_rate(ramp, 3s, 4s) == 1000);
  BOOST_TEST(commands::mean_rate({}, 0s, 1s) == 0);
}

BOOST_AUTO_TEST_CASE(poisson_arrivals_have_the_rate_and_the_spread_of_chance) {
  const auto moments =
      all_of(LoadSchedule({{1000, 1000, 100s}}, LoadArrival::poisson, {.seed = 5}));
  const auto count = static_cast<double>(moments.size());
  BOOST_TEST(std::abs(count - 100'000) < 2000);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    const double gap =
        std::chrono::duration<double, std::milli>(moments[i] - moments[i - 1]).count();
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / count;
  // Of such gaps the deviation is as large as the mean.
  BOOST_TEST(std::abs(std::sqrt(squares / count - mean * mean) / mean - 1) < 0.05);
}

BOOST_AUTO_TEST_CASE(rates_are_read_as_people_write_them) {
  BOOST_TEST(commands::parse_load_rate("1000", "--rate") == 1000);
  BOOST_TEST(commands::parse_load_rate("2k/s", "--rate") == 2000);
  BOOST_TEST(commands::parse_load_rate("90/m", "--rate") == 1.5);
  BOOST_TEST(commands::parse_load_rate("0.5", "--rate") == 0.5);
  const auto ramp = commands::parse_load_ramp("0..1k/30s");
  BOOST_TEST(ramp.from == 0);
  BOOST_TEST(ramp.to == 1000);
  BOOST_CHECK(ramp.time == 30s);
  for (const char* bad : {"", "0", "-1", "x", "10/h", "1e9", "99999999999", "nan", "10 /s"}) {
    BOOST_CHECK_THROW(static_cast<void>(commands::parse_load_rate(bad, "--rate")), cli::UsageError);
  }
  for (const char* bad : {"", "100", "100@", "@1s", "100@0", "0@1s", "100@1s,x", "100@-1s"}) {
    BOOST_CHECK_THROW(static_cast<void>(commands::parse_load_stages(bad)), cli::UsageError);
  }
  for (const char* bad : {"", "1..2", "1/30s", "0..0/1s", "1..2/0", "1.2/3s", "..5/1s"}) {
    BOOST_CHECK_THROW(static_cast<void>(commands::parse_load_ramp(bad)), cli::UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
