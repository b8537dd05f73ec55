#include "gnet/fiber/timeout.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(timeout)

using namespace test;
using gnet::sleep;
using gnet::spawn;
using gnet::Timeout;
using gnet::yield;

BOOST_AUTO_TEST_CASE(fires_with_its_own_identity) {
  const auto start = gnet::Clock::now();
  Timeout other(10s);
  Timeout limit(5ms);
  try {
    sleep(10s);
    BOOST_FAIL("not interrupted");
  } catch (const Timeout& fired) {
    BOOST_TEST((fired == limit));
    BOOST_TEST((fired != other));
  }
  BOOST_TEST((since(start) >= 5ms));
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(!limit.pending());
  BOOST_TEST(other.pending());
}

BOOST_AUTO_TEST_CASE(strikes_once) {
  Timeout limit(5ms);
  BOOST_CHECK_THROW(sleep(10s), Timeout);
  sleep(10ms);
}

BOOST_AUTO_TEST_CASE(can_be_started_again_after_it_fired) {
  Timeout limit(2ms);
  for (int i = 0; i < 3; ++i) {
    BOOST_CHECK_THROW(sleep(10s), Timeout);
    BOOST_TEST(!limit.pending());
    limit.start();
    BOOST_TEST(limit.pending());
  }
}

BOOST_AUTO_TEST_CASE(can_be_started_again_after_it_was_cancelled) {
  Timeout limit(5ms);
  limit.cancel();
  BOOST_TEST(!limit.pending());
  sleep(10ms);
  const auto start = gnet::Clock::now();
  limit.start();
  BOOST_CHECK_THROW(sleep(10s), Timeout);
  BOOST_TEST((since(start) >= 5ms));
}

BOOST_AUTO_TEST_CASE(starting_it_twice_is_misuse) {
  Timeout limit(10s);
  BOOST_CHECK_THROW(limit.start(), gnet::Misuse);
  Timeout expired(0s);
  BOOST_CHECK_THROW(expired.start(), gnet::Misuse);
  limit.cancel();
  limit.start();
  expired.cancel();
  sleep(1ms);
}

BOOST_AUTO_TEST_CASE(without_a_delay_it_never_fires) {
  Timeout limit(std::nullopt);
  BOOST_TEST(!limit.pending());
  sleep(5ms);
  limit.start();
  BOOST_TEST(!limit.pending());
}

BOOST_AUTO_TEST_CASE(a_delay_of_zero_or_less_fires_at_the_next_suspension) {
  for (const auto delay : {0ms, -1ms, -1'000'000ms}) {
    Timeout limit(delay);
    BOOST_TEST(limit.pending());
    BOOST_CHECK_THROW(yield(), Timeout);
    yield();
    BOOST_TEST(!limit.pending());
  }
  gnet::Event set;
  set.set();
  Timeout limit(0s);
  BOOST_CHECK_THROW(set.wait(), Timeout);  // though it need not wait
}

BOOST_AUTO_TEST_CASE(a_delay_beyond_the_clock_never_fires) {
  Timeout longest(gnet::Duration::max());
  Timeout hours(std::chrono::hours(24 * 365 * 200));
  sleep(2ms);
  BOOST_TEST(longest.pending());
}

BOOST_AUTO_TEST_CASE(cancelled_inside_it_never_fires) {
  Timeout limit(5ms);
  limit.cancel();
  sleep(15ms);
  BOOST_TEST(!limit.pending());
}

BOOST_AUTO_TEST_CASE(out_of_scope_it_never_fires) {
  { Timeout limit(5ms); }
  sleep(15ms);
}

BOOST_AUTO_TEST_CASE(expired_but_not_thrown_it_can_be_cancelled) {
  // It expires while the fiber is ready but has not had its turn.
  {
    Timeout limit(1ms);
    auto busy = spawn([] { burn(10ms); });
    {
      const auto start = gnet::Clock::now();
      try {
        yield();
        // The turn was ours again before the timers were looked at.
        BOOST_TEST((since(start) >= 10ms));
      } catch (const Timeout& fired) {
        BOOST_TEST((fired == limit));
      }
    }
  }
  sleep(5ms);
}

BOOST_AUTO_TEST_CASE(removed_in_time_it_does_not_strike_what_comes_later) {
  gnet::Event event;
  auto fiber = spawn([&] {
    {
      Timeout limit(2ms);
      event.wait();
    }
    sleep(10ms);
    return true;
  });
  yield();
  event.set();
  burn(5ms);  // due, while the fiber is already on its way
  BOOST_TEST(fiber.get());
}

BOOST_AUTO_TEST_CASE(code_that_does_not_suspend_is_not_interrupted) {
  Timeout limit(1ms);
  burn(5ms);
  BOOST_CHECK_THROW(sleep(1s), Timeout);
}

BOOST_AUTO_TEST_CASE(yield_loops_are_interrupted) {
  int rounds = 0;
  const bool ended_by_itself = Timeout(10ms, gnet::silent).run([&] {
    for (;; ++rounds) yield();
  });
  BOOST_TEST(!ended_by_itself);
  BOOST_TEST(rounds > 10);
}

// ---- what is thrown ----

BOOST_AUTO_TEST_CASE(says_what_it_is) {
  BOOST_TEST(Timeout(5s).what() == std::string("timed out after 5s"));
  BOOST_TEST(Timeout(250ms, gnet::silent).what() == std::string("timed out after 250ms (silent)"));
  BOOST_TEST(Timeout(2s, "fetching").what() == std::string("timed out after 2s: fetching"));
  BOOST_TEST(Timeout(std::nullopt).what() == std::string("timed out"));
}

BOOST_AUTO_TEST_CASE(a_caught_timeout_keeps_its_message) {
  try {
    Timeout limit(1ms, "fetching the page");
    sleep(1s);
  } catch (const Timeout& fired) {
    BOOST_TEST(fired.what() == std::string("timed out after 1ms: fetching the page"));
    BOOST_TEST(!fired.pending());
  }
}

BOOST_AUTO_TEST_CASE(is_no_std_exception) {
  bool swallowed = false;
  try {
    Timeout limit(1ms);
    try {
      sleep(1s);
    } catch (const std::exception&) {
      swallowed = true;
    }
  } catch (const gnet::Interrupt&) {
  }
  BOOST_TEST(!swallowed);
}

BOOST_AUTO_TEST_CASE(a_custom_exception_is_thrown_instead) {
  const auto error = std::make_exception_ptr(Oops(7));
  Timeout limit(1ms, error);
  try {
    sleep(1s);
    BOOST_FAIL("not interrupted");
  } catch (const Oops& oops) {
    BOOST_TEST(oops.code == 7);
    BOOST_TEST((std::current_exception() == error));
  }
}

BOOST_AUTO_TEST_CASE(one_that_leaves_its_fiber_is_the_error_of_the_fiber) {
  auto fiber = spawn([] {
    Timeout limit(1ms);
    sleep(1s);
  });
  BOOST_CHECK_THROW(fiber.get(), Timeout);
  BOOST_TEST(!fiber.successful());
  BOOST_TEST(!fiber.was_killed());
}

// ---- nesting ----

BOOST_AUTO_TEST_CASE(an_outer_silent_one_ends_the_inner_block_as_well) {
  bool after_inner = false;
  const bool done = Timeout(5ms, gnet::silent).run([&] {
    const bool inner_done = Timeout(10s, gnet::silent).run([] { sleep(20s); });
    static_cast<void>(inner_done);
    after_inner = true;
  });
  BOOST_TEST(!done);
  BOOST_TEST(!after_inner);
}

BOOST_AUTO_TEST_CASE(the_inner_one_fires_while_the_outer_is_pending) {
  Timeout outer(10s);
  try {
    Timeout inner(2ms);
    try {
      sleep(10s);
    } catch (const Timeout& fired) {
      BOOST_TEST((fired == inner));
      BOOST_TEST((fired != outer));
      BOOST_TEST(outer.pending());
    }
  } catch (...) {
    BOOST_FAIL("thrown twice");
  }
  sleep(1ms);
}

BOOST_AUTO_TEST_CASE(after_the_outer_fired_the_inner_is_pending_until_its_scope_ends) {
  Timeout outer(2ms);
  Timeout inner(10s);
  BOOST_CHECK_THROW(sleep(1s), Timeout);
  BOOST_TEST(inner.pending());
}

BOOST_AUTO_TEST_CASE(several_that_expire_together_strike_one_after_another) {
  Timeout one(1ms);
  Timeout two(2ms);
  Timeout three(3ms);
  burn(10ms);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    try {
      sleep(1s);
    } catch (const Timeout& fired) {
      order.push_back(fired == one ? 1 : fired == two ? 2 : fired == three ? 3 : 0);
    }
  }
  BOOST_TEST(order == (std::vector{1, 2, 3}), boost::test_tools::per_element());
  yield();
}

BOOST_AUTO_TEST_CASE(of_several_expired_some_may_be_cancelled) {
  Timeout one(0s);
  {
    Timeout two(0s);
    Timeout three(0s);
    one.cancel();
    BOOST_CHECK_THROW(yield(), Timeout);  // the second
    BOOST_TEST(!two.pending());
    BOOST_TEST(three.pending());
  }
  yield();
}

// ---- with_timeout and its kin ----

BOOST_AUTO_TEST_CASE(with_timeout_returns_what_the_function_returns) {
  BOOST_TEST(gnet::with_timeout(10s, [] { return 5; }) == 5);
  int number = 1;
  int& reference = gnet::with_timeout(10s, [&]() -> int& { return number; });
  reference = 2;
  BOOST_TEST(number == 2);
  gnet::with_timeout(10s, [] {});
}

BOOST_AUTO_TEST_CASE(with_timeout_throws_when_it_is_too_late) {
  BOOST_CHECK_THROW(gnet::with_timeout(1ms, [] { sleep(1s); }), Timeout);
  sleep(2ms);
}

BOOST_AUTO_TEST_CASE(with_timeout_or_falls_back_only_when_its_own_expires) {
  auto slow = [] {
    sleep(1s);
    return 1;
  };
  BOOST_TEST(gnet::with_timeout_or(1ms, -1, slow) == -1);
  BOOST_TEST(gnet::with_timeout_or(10s, -1, [] { return 1; }) == 1);
  Timeout outer(2ms);
  try {
    static_cast<void>(gnet::with_timeout_or(10s, -1, slow));
    BOOST_FAIL("swallowed a timeout of somebody else");
  } catch (const Timeout& fired) {
    BOOST_TEST((fired == outer));
  }
}

BOOST_AUTO_TEST_CASE(with_timeout_or_passes_errors_through) {
  BOOST_CHECK_THROW(gnet::with_timeout_or(10s, 0, []() -> int { throw Oops(1); }), Oops);
}

BOOST_AUTO_TEST_CASE(run_tells_completion_from_silence) {
  BOOST_TEST(Timeout(10s, gnet::silent).run([] {}));
  BOOST_TEST(!Timeout(1ms, gnet::silent).run([] { sleep(1s); }));
  BOOST_CHECK_THROW(Timeout(1ms).run([] { sleep(1s); }), Timeout);
  BOOST_CHECK_THROW(Timeout(10s, gnet::silent).run([] { throw Oops(1); }), Oops);
}

BOOST_AUTO_TEST_CASE(a_silent_one_does_not_swallow_others) {
  Timeout outer(1ms);
  try {
    static_cast<void>(Timeout(10s, gnet::silent).run([] { sleep(1s); }));
    BOOST_FAIL("swallowed");
  } catch (const Timeout& fired) {
    BOOST_TEST((fired == outer));
  }
}

BOOST_AUTO_TEST_CASE(the_limit_ends_with_run) {
  Timeout limit(5ms);
  BOOST_TEST(limit.run([] {}));
  BOOST_TEST(!limit.pending());
  Timeout other(5ms);
  BOOST_CHECK_THROW(other.run([] { throw Oops(1); }), Oops);
  BOOST_TEST(!other.pending());
  sleep(15ms);
}

BOOST_AUTO_TEST_CASE(run_starts_what_is_not_pending) {
  Timeout limit(2ms, gnet::silent);
  limit.cancel();
  for (int i = 0; i < 2; ++i) BOOST_TEST(!limit.run([] { sleep(1s); }));
}

// ---- whom it limits ----

BOOST_AUTO_TEST_CASE(limits_only_the_fiber_that_made_it) {
  Timeout limit(5ms);
  auto fiber = spawn([] {
    sleep(20ms);
    return true;
  });
  BOOST_CHECK_THROW(sleep(1s), Timeout);
  BOOST_TEST(fiber.get());
}

BOOST_AUTO_TEST_CASE(a_spawned_fiber_has_its_own) {
  auto fiber = spawn([] { return Timeout(2ms, gnet::silent).run([] { sleep(1s); }); });
  sleep(20ms);
  BOOST_TEST(!fiber.get());
}

BOOST_AUTO_TEST_CASE(may_outlive_its_fiber) {
  std::unique_ptr<Timeout> armed;
  std::unique_ptr<Timeout> expired;
  std::unique_ptr<Timeout> expiring;
  spawn([&] {
    armed = std::make_unique<Timeout>(10s);
    expired = std::make_unique<Timeout>(0s);
    expiring = std::make_unique<Timeout>(2ms);
  }).join();
  BOOST_TEST(armed->pending());
  BOOST_TEST(!expired->pending());
  sleep(10ms);
  BOOST_TEST(!expiring->pending());
  armed.reset();
  expired.reset();
  // Started again, it limits whoever started it.
  expiring->start();
  BOOST_CHECK_THROW(sleep(1s), Timeout);
}

BOOST_AUTO_TEST_CASE(many_live_side_by_side) {
  std::vector<gnet::Fiber<bool>> fibers;
  for (int i = 0; i < 200; ++i) {
    fibers.push_back(spawn([i] {
      return Timeout(std::chrono::milliseconds(i % 20 + 1), gnet::silent).run([] { sleep(10s); });
    }));
  }
  gnet::joinall(fibers);
  for (auto& fiber : fibers) BOOST_TEST(!fiber.get());
}

BOOST_AUTO_TEST_CASE(does_not_throw_while_an_exception_unwinds) {
  bool slept = false;
  struct Slow {
    explicit Slow(bool& done) : done(done) {}
    ~Slow() {
      sleep(5ms);
      done = true;
    }
    bool& done;
  };
  Timeout limit(1ms);
  try {
    const Slow slow(slept);
    throw Oops(1);
  } catch (const Oops&) {
  }
  BOOST_TEST(slept);
  BOOST_CHECK_THROW(yield(), Timeout);
}

BOOST_AUTO_TEST_CASE(limits_beyond_the_clock_do_not_strike) {
  constexpr auto kForEver = std::chrono::hours::max();
  const gnet::Timeout plain(kForEver);
  const gnet::Timeout silent(kForEver, gnet::silent);
  const gnet::Timeout with_words(kForEver, "words");
  const gnet::Timeout fraction(std::chrono::duration<double>(1e30));
  BOOST_TEST(plain.pending());
  gnet::sleep(2ms);
  BOOST_TEST(gnet::with_timeout(kForEver, [] { return gnet::sleep(1ms), 1; }) == 1);
  BOOST_TEST(gnet::with_timeout_or(kForEver, 0, [] { return gnet::sleep(1ms), 1; }) == 1);
  BOOST_TEST(gnet::move_on_after(kForEver, [] { gnet::sleep(1ms); }));
  BOOST_CHECK_NO_THROW(gnet::fail_after(kForEver, [] { gnet::sleep(1ms); }));
  BOOST_TEST(gnet::Timeout(1ms, gnet::silent).run([] {}));
}

BOOST_AUTO_TEST_CASE(limits_below_zero_or_not_a_number_strike_at_once) {
  BOOST_TEST(!gnet::Timeout(std::chrono::hours::min(), gnet::silent).run([] { gnet::yield(); }));
  const std::chrono::duration<double> no_number(std::nan(""));
  BOOST_TEST(!gnet::Timeout(no_number, gnet::silent).run([] { gnet::yield(); }));
  BOOST_TEST(!gnet::move_on_after(std::chrono::hours::min(), [] { gnet::yield(); }));
}

BOOST_AUTO_TEST_CASE(an_unreferenced_one_is_nothing_to_wait_for) {
  gnet::Event never;
  auto waiting = gnet::spawn([&] {
    const Timeout limit(1h, gnet::unreferenced);
    never.wait();
  });
  gnet::yield();
  BOOST_TEST(gnet::wait(5s));
  waiting.kill();
  BOOST_CHECK_THROW(
      {
        const Timeout limit(1ms, gnet::unreferenced);
        gnet::sleep(1h);
      },
      Timeout);
}

BOOST_AUTO_TEST_SUITE_END()
