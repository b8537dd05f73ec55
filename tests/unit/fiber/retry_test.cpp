#include "gnet/fiber/retry.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "gnet/base/error.h"

BOOST_AUTO_TEST_SUITE(retry)

using namespace std::chrono_literals;

using gnet::RetryPolicy;

BOOST_AUTO_TEST_CASE(delays_grow_by_the_factor_up_to_the_cap) {
  const RetryPolicy policy{.initial = 1s, .max = 30s, .factor = 2, .jitter = 0};
  BOOST_TEST((policy.delay(1, 0.3) == 1s));
  BOOST_TEST((policy.delay(2, 0.3) == 2s));
  BOOST_TEST((policy.delay(5, 0.3) == 16s));
  BOOST_TEST((policy.delay(6, 0.3) == 30s));
  BOOST_TEST((policy.delay(4'000'000'000U, 0.3) == 30s));
}

BOOST_AUTO_TEST_CASE(jitter_is_even_around_the_delay_and_never_above_the_cap) {
  const RetryPolicy policy{.initial = 8s, .max = 30s, .factor = 2, .jitter = 0.5};
  BOOST_TEST((policy.delay(1, 0) == 4s));
  BOOST_TEST((policy.delay(1, 0.5) == 8s));
  BOOST_TEST((policy.delay(1, 1) == 12s));
  BOOST_TEST((policy.delay(9, 1) == 30s));
  BOOST_TEST((policy.delay(9, 0) == 15s));
  const gnet::Duration drawn = policy.delay(1);
  BOOST_TEST((drawn >= 4s && drawn <= 12s));
}

BOOST_AUTO_TEST_CASE(no_delay_is_shorter_than_a_millisecond) {
  const RetryPolicy policy{.initial = 1ns, .max = 0ns, .factor = 1, .jitter = 1};
  BOOST_TEST((policy.delay(1, 0) == 1ms));
  BOOST_TEST((policy.delay(9, 1) == 1ms));
}

BOOST_AUTO_TEST_CASE(the_cap_is_never_below_the_first_delay) {
  const RetryPolicy policy{.initial = 60s, .jitter = 0};
  BOOST_TEST((policy.delay(1, 0.5) == 60s));
  BOOST_TEST((policy.delay(5, 0.5) == 60s));
}

BOOST_AUTO_TEST_CASE(a_delay_without_end_has_none) {
  BOOST_TEST((RetryPolicy::fixed(gnet::Duration::max()).delay(3, 1) == gnet::Duration::max()));
}

BOOST_AUTO_TEST_CASE(a_fixed_delay_stays_what_it_is) {
  const auto policy = RetryPolicy::fixed(10s);
  for (const unsigned failed : {1U, 2U, 50U}) {
    BOOST_TEST((policy.delay(failed, 0) == 10s));
    BOOST_TEST((policy.delay(failed, 1) == 10s));
  }
}

BOOST_AUTO_TEST_CASE(after_the_last_try_there_is_no_delay) {
  BOOST_TEST(!RetryPolicy::never().delay_after(1).has_value());
  RetryPolicy policy = RetryPolicy::fixed(5ms);
  BOOST_TEST((policy.delay_after(1'000) == 5ms));
  policy.max_retries = 3;
  BOOST_TEST((policy.delay_after(2) == 5ms));
  BOOST_TEST(!policy.delay_after(3).has_value());
}

BOOST_AUTO_TEST_CASE(retry_calls_until_it_succeeds) {
  int calls = 0;
  const gnet::TimePoint since = gnet::Clock::now();
  const int result = gnet::retry(RetryPolicy::fixed(2ms), [&] {
    if (++calls < 3) throw std::runtime_error("not yet");
    return calls;
  });
  BOOST_TEST(result == 3);
  BOOST_TEST((gnet::Clock::now() - since >= 4ms));
}

BOOST_AUTO_TEST_CASE(retry_throws_the_last_error) {
  int calls = 0;
  RetryPolicy policy = RetryPolicy::fixed(1ms);
  policy.max_retries = 4;
  BOOST_CHECK_EXCEPTION(
      gnet::retry(policy, [&] { throw std::runtime_error("try " + std::to_string(++calls)); }),
      std::runtime_error, [](const auto& error) { return std::string(error.what()) == "try 4"; });
  BOOST_TEST(calls == 4);
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_program_is_not_retried) {
  int calls = 0;
  BOOST_CHECK_THROW(
      gnet::retry(RetryPolicy::fixed(1ms), [&] { ++calls, throw gnet::Misuse("no"); }),
      gnet::Misuse);
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_it_in_a_call_and_in_a_delay) {
  int calls = 0;
  const auto always = [&] {
    gnet::retry(RetryPolicy::fixed(1h), [&] { ++calls, throw std::runtime_error("no"); });
  };
  BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run(always));
  BOOST_TEST(calls == 1);
  BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] {
    gnet::retry(RetryPolicy::fixed(1ms), [] { gnet::sleep(1h); });
  }));
}

BOOST_AUTO_TEST_SUITE_END()
