#include "cli/server/token_bucket.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(token_bucket)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_second_of_bytes_goes_at_once) {
  const gnet::TimePoint start{};
  cli::TokenBucket bucket(1000, start);
  BOOST_CHECK(bucket.take(1000, start) == 0s);
  BOOST_CHECK(bucket.take(500, start) == 500ms);
}

BOOST_AUTO_TEST_CASE(debt_is_paid_as_time_passes) {
  const gnet::TimePoint start{};
  cli::TokenBucket bucket(1000, start);
  BOOST_CHECK(bucket.take(3000, start) == 2s);
  BOOST_CHECK(bucket.take(0, start + 2s) == 0s);
  BOOST_CHECK(bucket.take(1000, start + 2s) == 1s);
}

BOOST_AUTO_TEST_CASE(a_long_rest_saves_one_second_only) {
  const gnet::TimePoint start{};
  cli::TokenBucket bucket(1000, start);
  BOOST_CHECK(bucket.take(1000, start + 1h) == 0s);
  BOOST_CHECK(bucket.take(1000, start + 1h) == 1s);
}

BOOST_AUTO_TEST_CASE(rate_zero_is_no_limit) {
  cli::TokenBucket bucket(0, {});
  BOOST_CHECK(bucket.take(1'000'000, {}) == 0s);
}

BOOST_AUTO_TEST_SUITE_END()
