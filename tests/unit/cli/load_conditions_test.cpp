#include "commands/load_conditions.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"
#include "tests/unit/cli/load_sample.h"

BOOST_AUTO_TEST_SUITE(load_conditions)

using commands::LoadView;

std::string found(std::string_view text, const commands::LoadResults& results,
                  const LoadView& view = {}) {
  std::string all;
  const auto conditions = commands::parse_load_conditions(text, "--fail-if");
  for (const std::string& one : true_conditions(conditions, results, view)) {
    all += (all.empty() ? "" : "; ") + one;
  }
  return all;
}

BOOST_AUTO_TEST_CASE(true_ones_are_told) {
  const auto results = load_sample::open_loop();
  BOOST_TEST(found("p99>50ms p99<50ms max>2s", *results) == "p99 is 990ms, which is > 50ms");
  BOOST_TEST(found("errors>0 errors>0.1% errors>1%", *results) ==
             "errors is 4, which is > 0; errors is 0.398%, which is > 0.1%");
  BOOST_TEST(found("dropped>0 dropped>50%", *results) == "dropped is 96, which is > 0");
  BOOST_TEST(found("non2xx>0 non2xx>1% 5xx>=1% 4xx>0", *results) ==
             "non2xx is 10, which is > 0; 5xx is 1%, which is >= 1%");
  BOOST_TEST(found("rps<900 connections<50 answers<1000", *results) ==
             "rps is 100/s, which is < 900; connections is 48, which is < 50");
  BOOST_TEST(found("throughput<1MB mean>1s min>1s", *results) ==
             "throughput is 0.31MB/s, which is < 1MB");
}

BOOST_AUTO_TEST_CASE(latency_is_that_which_leads) {
  const auto results = load_sample::open_loop();
  LoadView sent;
  sent.from = commands::LatencyFrom::sent;
  BOOST_TEST(found("max>500ms", *results) == "max is 1s, which is > 500ms");
  BOOST_TEST(found("max>500ms", *results, sent).empty());
}

BOOST_AUTO_TEST_CASE(where_nothing_was_answered_no_latency_is_good) {
  const auto results = load_sample::unanswered();
  BOOST_TEST(found("p99>50ms", *results) == "there is no p99: nothing was answered");
  BOOST_TEST(found("errors>99% rps<1", *results) ==
             "errors is 100%, which is > 99%; rps is 0/s, which is < 1");
  const auto wanted = commands::parse_load_conditions("errors<=7 p99<50ms", "--find-rate");
  BOOST_TEST(first_untrue_condition(wanted, *results, {}) ==
             "there is no p99: nothing was answered");
}

BOOST_AUTO_TEST_CASE(a_rate_that_does_is_one_of_which_all_are_true) {
  const auto results = load_sample::open_loop();
  const auto good = commands::parse_load_conditions("p99<2s errors<1%", "--find-rate");
  BOOST_TEST(first_untrue_condition(good, *results, {}).empty());
  const auto bad = commands::parse_load_conditions("errors<1% p99<50ms", "--find-rate");
  BOOST_TEST(first_untrue_condition(bad, *results, {}) == "p99 is 990ms, which is not < 50ms");
}

BOOST_AUTO_TEST_CASE(percentiles_are_numbers_and_max) {
  const auto all = commands::parse_percentiles("50, p99.9,max,50,0,100");
  BOOST_REQUIRE(all.size() == 5U);
  BOOST_TEST(all[1].name == "p99.9");
  BOOST_TEST(all[1].share == 0.999);
  BOOST_TEST(all[2].share == 1);
  for (const auto* text : {"", "50,", ",50", "x", "nan", "101", "-1", "5 0", "1e1", "maximum"}) {
    BOOST_CHECK_THROW((void)commands::parse_percentiles(text), cli::UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
