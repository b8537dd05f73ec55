#include "cli/server/service_life.h"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(service_life)

using namespace std::chrono_literals;
using cli::RestartLimit;
using cli::Restarts;
using cli::RestartWhen;
using cli::ServiceLife;

namespace {

RestartLimit limit(std::string_view text) {
  RestartLimit value;
  read_value(text, value);
  return value;
}

ServiceLife life(RestartWhen when, RestartLimit most = {}) {
  ServiceLife made;
  made.restart = when;
  made.max_restarts = most;
  return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(limits_are_a_number_and_a_time) {
  BOOST_TEST(limit("5/1m").times == 5U);
  BOOST_TEST((limit("5/1m").within == 1min));
  BOOST_TEST((limit("3/min").within == 1min));
  BOOST_TEST((limit("3/h").within == 1h));
  BOOST_TEST((limit("2/100ms").within == 100ms));
  BOOST_TEST(limit("0").times == 0U);
  BOOST_TEST(show(limit("5/min")) == "5/1m");
  BOOST_TEST(show(limit("0")) == "0");
  for (const char* bad : {"", "5", "5/", "/1m", "5/0s", "-1/1m", "5/x", "5/1m/2"}) {
    BOOST_CHECK_THROW(limit(bad), cli::BadValue);
  }
}

BOOST_AUTO_TEST_CASE(who_wants_none_gets_none) {
  Restarts never(life(RestartWhen::no));
  BOOST_TEST(!never.after_end(true, 1s).has_value());
  Restarts failed(life(RestartWhen::on_failure));
  BOOST_TEST(!failed.after_end(false, 1s).has_value());
  BOOST_TEST(failed.after_end(true, 1s).has_value());
  Restarts always(life(RestartWhen::always));
  BOOST_TEST(always.after_end(false, 1s).has_value());
  BOOST_TEST(always.count() == 1U);
}

BOOST_AUTO_TEST_CASE(delays_double_up_to_half_a_minute_and_begin_anew_after_a_minute) {
  Restarts restarts(life(RestartWhen::always, {.times = 0}));
  for (const gnet::Duration wanted : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    BOOST_TEST((restarts.after_end(true, 1s).value() == wanted));
  }
  BOOST_TEST((restarts.after_end(true, 60s).value() == 1s));
  BOOST_TEST((restarts.after_end(true, 59s).value() == 2s));
}

BOOST_AUTO_TEST_CASE(a_delay_of_nothing_stays_one) {
  ServiceLife at_once = life(RestartWhen::always, {.times = 0});
  at_once.restart_delay = {};
  Restarts restarts(at_once);
  BOOST_TEST((restarts.after_end(true, 0s).value() == 0s));
  BOOST_TEST((restarts.after_end(true, 0s).value() == 0s));
}

BOOST_AUTO_TEST_CASE(who_begins_anew_too_often_does_no_more) {
  Restarts restarts(life(RestartWhen::always, {.times = 2, .within = 60s}));
  const gnet::TimePoint begin = gnet::Clock::now();
  BOOST_TEST(restarts.after_end(true, 1s, begin).has_value());
  BOOST_TEST(restarts.after_end(true, 1s, begin + 59s).has_value());
  BOOST_TEST(restarts.after_end(true, 1s, begin + 60s).has_value());  // the first is long ago
  BOOST_TEST(!restarts.too_many());
  BOOST_TEST(!restarts.after_end(true, 1s, begin + 61s).has_value());
  BOOST_TEST(restarts.too_many());
  BOOST_TEST(restarts.count() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
