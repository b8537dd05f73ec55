#include "commands/measured_condition.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(measured_condition)

using commands::Condition;
using commands::Measure;
using commands::MeasureName;
using commands::parse_conditions;

constexpr MeasureName kNames[] = {
    {"p", Measure::percentile}, {"mean", Measure::time}, {"loss", Measure::count_or_share},
    {"open", Measure::count},   {"rps", Measure::rate},  {"throughput", Measure::byte_rate}};

std::vector<Condition> parsed(std::string_view text) {
  return parse_conditions(text, kNames, "--x");
}

std::string complaint(std::string_view text) {
  try {
    (void)parsed(text);
  } catch (const cli::UsageError& error) {
    return error.what();
  }
  return "none";
}

BOOST_AUTO_TEST_CASE(several_stand_in_one_text) {
  const auto all = parsed(" loss>0.1%  p99.9 >= 50ms\topen!=3 ");
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST((all[0].unit == Condition::Unit::share));
  BOOST_TEST(all[0].bound == 0.001);
  BOOST_TEST(all[1].name == "p99.9");
  BOOST_TEST(all[1].percentile == 0.999);
  BOOST_TEST(all[1].bound == 50e6);
  BOOST_TEST((all[1].relation == Condition::Relation::at_least));
  BOOST_TEST(all[2].text() == "open!=3");
}

BOOST_AUTO_TEST_CASE(bounds_are_written_as_everywhere) {
  BOOST_TEST(parsed("mean>1")[0].bound == 1e9);  // a bare number is seconds
  BOOST_TEST(parsed("mean>1m30s")[0].bound == 90e9);
  BOOST_TEST(parsed("loss>2")[0].bound == 2);
  BOOST_TEST(parsed("open<10k")[0].bound == 10'000);
  BOOST_TEST(parsed("rps<1.5k/s")[0].bound == 1500);
  BOOST_TEST(parsed("rps<60/m")[0].bound == 1);
  BOOST_TEST(parsed("rps<0.5")[0].bound == 0.5);
  BOOST_TEST(parsed("throughput<3MB/s")[0].bound == 3e6);
}

BOOST_AUTO_TEST_CASE(each_sign_means_what_it_says) {
  for (const auto& [text, less, same, more] : {std::tuple{"open<5", true, false, false},
                                               {"open<=5", true, true, false},
                                               {"open>5", false, false, true},
                                               {"open>=5", false, true, true},
                                               {"open=5", false, true, false},
                                               {"open==5", false, true, false},
                                               {"open!=5", true, false, true}}) {
    const Condition one = parsed(text)[0];
    BOOST_TEST(one.holds(4) == less, text);
    BOOST_TEST(one.holds(5) == same, text);
    BOOST_TEST(one.holds(6) == more, text);
  }
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  for (const auto* text :
       {"",        "  ",           "p99",       "p99>",          ">50ms",
        "p99>x",   "p99>nan",      "p99>inf",   "p99>-1ms",      "p99=>1s",
        "p101>1s", "p>1s",         "p99.>1s x", "pnan>1s",       "p-1>1s",
        "p1e1>1s", "loss>101%",    "loss>1.5",  "open>1%",       "rps<nan",
        "rps<1e3", "rps<-1",       "rps<",      "loss>0,p99>1s", "p99>1s nosuch>1",
        "p99<>1s", "throughput<x", "mean>300y"}) {
    BOOST_CHECK_THROW((void)parsed(text), cli::UsageError);
  }
}

BOOST_AUTO_TEST_CASE(a_complaint_says_what_is_wrong) {
  BOOST_TEST(complaint("los>0") == "--x: nothing is called 'los'; did you mean 'loss'?");
  BOOST_TEST(complaint("q99>1s") == "--x: nothing is called 'q99'; did you mean 'p99'?");
  BOOST_TEST(complaint("mean>fast") == "--x: 'mean>fast' must be a duration like 250ms, 10s or 5m");
  BOOST_TEST(complaint("mean") ==
             "--x: 'mean' is no condition: it must be a name, one of > >= < <= = != and a value");
  BOOST_TEST(complaint("\x1b>0") == "--x: nothing is called '\\x1b'");
}

BOOST_AUTO_TEST_CASE(what_was_found_is_told_beside_the_bound) {
  const Condition time = parsed("p99>50ms")[0];
  BOOST_TEST(time.about(61.24e6) == "p99 is 61.2ms, which is > 50ms");
  BOOST_TEST(time.about(2e6) == "p99 is 2ms, which is not > 50ms");
  BOOST_TEST(time.about(50.0004e6) == "p99 is 50.0004ms, which is > 50ms");
  BOOST_TEST(time.about({}) == "there is no p99: nothing was answered");
  BOOST_TEST(parsed("loss>0.1%")[0].about(0.0123) == "loss is 1.23%, which is > 0.1%");
  BOOST_TEST(parsed("loss>0")[0].about(1234567) == "loss is 1234567, which is > 0");
  BOOST_TEST(parsed("rps<900")[0].about(899.96) == "rps is 899.96/s, which is < 900");
  BOOST_TEST(parsed("throughput<3MB")[0].about(1.5e6) == "throughput is 1.5MB/s, which is < 3MB");
}

BOOST_AUTO_TEST_SUITE_END()
