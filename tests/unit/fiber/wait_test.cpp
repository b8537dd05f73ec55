#include "gnet/fiber/wait.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/semaphore.h"
#include "tests/unit/fiber/support.h"

namespace tests {  // ::wait is a function

BOOST_AUTO_TEST_SUITE(wait)

using namespace test;
using gnet::Event;
using gnet::Fiber;
using gnet::joinall;
using gnet::killall;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;
using Indexes = std::vector<std::size_t>;

namespace {

// Fibers that sleep so many milliseconds each.
std::vector<Fiber<int>> sleepers(const std::vector<int>& milliseconds) {
  std::vector<Fiber<int>> fibers;
  for (const int time : milliseconds) {
    fibers.push_back(spawn([time] {
      sleep(std::chrono::milliseconds(time));
      return time;
    }));
  }
  return fibers;
}

constexpr int kLong = 10'000;

}  // namespace

// ---- wait ----

BOOST_AUTO_TEST_CASE(returns_everything_in_the_order_of_its_happening) {
  auto fibers = sleepers({30, 10, 20});
  BOOST_TEST(gnet::wait(fibers) == (Indexes{1, 2, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(returns_when_enough_has_happened) {
  auto fibers = sleepers({kLong, kLong, 1, kLong});
  BOOST_TEST(gnet::wait(fibers, {.count = 1}) == (Indexes{2}), boost::test_tools::per_element());
  auto killer = spawn([&] { fibers[1].kill(); });
  BOOST_TEST(gnet::wait(fibers, {.count = 2}) == (Indexes{2, 1}), boost::test_tools::per_element());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(returns_what_happened_before_the_deadline) {
  auto fibers = sleepers({1, kLong, 2});
  const auto start = gnet::Clock::now();
  BOOST_TEST(gnet::wait(fibers, {.deadline = 20ms}) == (Indexes{0, 2}),
             boost::test_tools::per_element());
  BOOST_TEST((since(start) >= 20ms));
  BOOST_TEST((since(start) < 5s));
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(returns_at_once_what_has_happened_already) {
  std::vector<std::unique_ptr<Event>> events;
  for (int i = 0; i < 3; ++i) events.push_back(std::make_unique<Event>());
  events[2]->set();
  events[0]->set();
  for (int round = 0; round < 2; ++round) {
    BOOST_TEST(gnet::wait(events, {.count = 2}) == (Indexes{0, 2}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(of_nothing_returns_nothing) {
  std::vector<Fiber<>> none;
  BOOST_TEST(gnet::wait(none).empty());
  BOOST_TEST(joinall(none).empty());
  killall(none);
}

BOOST_AUTO_TEST_CASE(of_an_event_returns_though_others_still_sleep) {
  auto fibers = sleepers({kLong});
  Event event;
  auto setter = spawn([&] { event.set(); });
  const std::vector<Event*> events{&event};
  BOOST_TEST(gnet::wait(events) == (Indexes{0}), boost::test_tools::per_element());
  BOOST_TEST(fibers[0].active());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(counts_with_ten_objects) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, SIZE_MAX}) {
    std::vector<std::unique_ptr<Event>> events;
    for (int i = 0; i < 10; ++i) events.push_back(std::make_unique<Event>());
    auto setter = spawn([&] {
      for (std::size_t i = events.size(); i-- > 0;) {
        events[i]->set();
        yield();
      }
    });
    const auto done = gnet::wait(events, {.deadline = 5s, .count = count});
    BOOST_TEST(done.size() >= std::min<std::size_t>(count, 10));
    BOOST_TEST(done.size() <= (count < 10 ? count + 1 : 10));
    for (std::size_t i = 0; i < done.size(); ++i) BOOST_TEST(done[i] == 9 - i);
    setter.join();
  }
}

BOOST_AUTO_TEST_CASE(wait_any_tells_which) {
  auto slow = spawn([] { sleep(10s); });
  Event event;
  auto setter = spawn([&] {
    sleep(1ms);
    event.set();
  });
  BOOST_TEST(gnet::wait_any(slow, event) == 1U);
  BOOST_TEST(gnet::wait_any(event, slow) == 0U);
  BOOST_TEST(gnet::wait_any(slow, setter) == 1U);
  slow.kill();
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_passes_through) {
  auto fibers = sleepers({kLong, kLong});
  for (int i = 0; i < 3; ++i) {
    gnet::Timeout outer(1ms);
    try {
      if (i == 0) gnet::wait(fibers, {.deadline = 10s});
      if (i == 1) joinall(fibers, {.deadline = 10s});
      if (i == 2) gnet::wait_any(fibers[0], fibers[1]);
      BOOST_FAIL("not interrupted");
    } catch (const gnet::Timeout& fired) {
      BOOST_TEST((fired == outer));
    }
  }
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(an_interrupted_wait_leaves_every_queue) {
  Event one;
  Event two;
  auto waiting = spawn([&] { gnet::wait_any(one, two); });
  yield();
  waiting.kill();
  BOOST_TEST(waiting.was_killed());
  one.set();
  two.set();
  let_run();
}

// ---- iwait ----

BOOST_AUTO_TEST_CASE(visits_each_as_it_happens) {
  std::vector<std::unique_ptr<Event>> events;
  for (int i = 0; i < 3; ++i) events.push_back(std::make_unique<Event>());
  auto first = spawn([&] { events[1]->set(); });
  Indexes visited;
  gnet::iwait(events, [&](std::size_t index) {
    visited.push_back(index);
    if (index != 0) events[index == 1 ? 2 : 0]->set();
    return true;
  });
  BOOST_TEST(visited == (Indexes{1, 2, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(misses_nothing_while_the_visitor_suspends) {
  auto fibers = sleepers({1, 2, 3, 4});
  Indexes visited;
  gnet::iwait(fibers, [&](std::size_t index) {
    visited.push_back(index);
    sleep(10ms);
    return true;
  });
  BOOST_TEST(visited == (Indexes{0, 1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(stops_early_and_leaves_every_queue) {
  std::vector<std::unique_ptr<Event>> events;
  for (int i = 0; i < 3; ++i) events.push_back(std::make_unique<Event>());
  events[1]->set();
  int visits = 0;
  gnet::iwait(events, [&](std::size_t) {
    ++visits;
    return false;
  });
  BOOST_TEST(visits == 1);
  events[0]->set();
  events[2]->set();
  events.clear();
  let_run();
}

BOOST_AUTO_TEST_CASE(stops_silently_at_its_deadline) {
  auto fibers = sleepers({1, kLong});
  int visits = 0;
  gnet::iwait(
      fibers,
      [&](std::size_t) {
        ++visits;
        return true;
      },
      10ms);
  BOOST_TEST(visits == 1);
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_visitor_leaves_every_queue) {
  auto fibers = sleepers({1, 2, 3});
  BOOST_CHECK_THROW(gnet::iwait(fibers, [](std::size_t) -> bool { throw Oops(1); }), Oops);
  joinall(fibers);
}

// ---- joinall ----

BOOST_AUTO_TEST_CASE(joins_in_the_order_of_their_ends) {
  auto fibers = sleepers({20, 1, 10});
  BOOST_TEST(joinall(fibers) == (Indexes{1, 2, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(joins_what_finished_in_time) {
  auto fibers = sleepers({1, kLong});
  BOOST_TEST(joinall(fibers, {.deadline = 10ms}) == (Indexes{0}), boost::test_tools::per_element());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(does_not_throw_their_errors_unless_asked) {
  std::vector<Fiber<>> fibers;
  fibers.push_back(spawn([] { throw Oops(1); }));
  fibers.push_back(spawn([] {}));
  BOOST_TEST(joinall(fibers).size() == 2U);
  static_cast<void>(fibers[0].exception());
}

BOOST_AUTO_TEST_CASE(asked_to_it_throws_the_first_error_and_the_others_run_on) {
  std::vector<Fiber<>> fibers;
  fibers.push_back(spawn([] { sleep(10s); }));
  fibers.push_back(spawn([] {
    sleep(5s);
    throw Oops(2);
  }));
  fibers.push_back(spawn([] {
    sleep(1ms);
    throw Oops(1);
  }));
  BOOST_CHECK_EXCEPTION(joinall(fibers, {.raise_error = true}), Oops,
                        [](const Oops& error) { return error.code == 1; });
  BOOST_TEST(fibers[0].active());
  BOOST_TEST(fibers[1].active());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(one_that_fails_counts) {
  std::vector<Fiber<>> fibers;
  fibers.push_back(spawn([] { sleep(10s); }));
  fibers.push_back(spawn([] { throw Oops(1); }));
  BOOST_TEST(joinall(fibers, {.count = 1}) == (Indexes{1}), boost::test_tools::per_element());
  BOOST_TEST(fibers[0].active());
  static_cast<void>(fibers[1].exception());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(raising_errors_it_stops_at_its_count_as_well) {
  auto fibers = sleepers({kLong, 1, 2});
  BOOST_TEST(joinall(fibers, {.count = 2, .raise_error = true}) == (Indexes{1, 2}),
             boost::test_tools::per_element());
  killall(fibers);
}

BOOST_AUTO_TEST_CASE(the_same_fiber_twice_is_fine) {
  auto fiber = spawn([] { sleep(1ms); });
  const std::vector<gnet::AnyFiber*> twice{&fiber, &fiber};
  BOOST_TEST(joinall(twice).size() == 2U);
}

// ---- killall ----

BOOST_AUTO_TEST_CASE(kills_started_and_unstarted_and_finished) {
  std::vector<Fiber<>> fibers;
  bool ran = false;
  int destroyed = 0;
  fibers.push_back(spawn([&] {
    const Sentinel sentinel(destroyed);
    sleep(10s);
  }));
  fibers.push_back(spawn([] {}));
  yield();
  fibers.push_back(spawn([&] { ran = true; }));
  fibers.push_back(Fiber<>::create([&] { ran = true; }));
  const auto start = gnet::Clock::now();
  killall(fibers);
  BOOST_TEST((since(start) < 5s));
  for (auto& fiber : fibers) BOOST_TEST(fiber.dead());
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(!ran);
  BOOST_TEST(!fibers[1].was_killed());
}

BOOST_AUTO_TEST_CASE(those_that_never_ran_die_before_any_other_runs) {
  std::vector<Fiber<>> fibers;
  bool second_was_dead = false;
  fibers.push_back(spawn([&] {
    try {
      sleep(10s);
    } catch (const gnet::FiberExit&) {
      second_was_dead = fibers[1].dead();
      throw;
    }
  }));
  yield();
  fibers.push_back(spawn([] {}));
  killall(fibers);
  BOOST_TEST(second_was_dead);
}

BOOST_AUTO_TEST_CASE(kills_with_a_custom_exception) {
  auto fibers = sleepers({kLong, kLong});
  yield();
  killall(fibers, std::make_exception_ptr(Oops(5)));
  for (auto& fiber : fibers) BOOST_CHECK_THROW(fiber.get(), Oops);
}

BOOST_AUTO_TEST_CASE(throws_timeout_when_they_take_too_long) {
  std::vector<Fiber<>> fibers;
  fibers.push_back(spawn([] {
    try {
      sleep(10s);
    } catch (const gnet::FiberExit&) {
      sleep(20ms);
      throw;
    }
  }));
  yield();
  BOOST_CHECK_THROW(killall(fibers, nullptr, 2ms), gnet::TimedOut);
  BOOST_TEST(fibers[0].active());
  joinall(fibers);
  BOOST_TEST(fibers[0].was_killed());
}

BOOST_AUTO_TEST_CASE(unstarted_ones_die_in_no_time) {
  std::vector<Fiber<>> fibers;
  for (int i = 0; i < 3; ++i) fibers.push_back(spawn([] {}));
  killall(fibers, nullptr, gnet::Deadline(0s));
  for (auto& fiber : fibers) BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(a_fiber_among_its_victims_dies_last) {
  std::vector<Fiber<>> fibers;
  bool went_on = false;
  fibers.push_back(spawn([&] {
    killall(fibers);
    went_on = true;
  }));
  fibers.push_back(spawn([] { sleep(10s); }));
  joinall(fibers);
  BOOST_TEST(!went_on);
  for (auto& fiber : fibers) BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(a_few_may_be_given_as_a_list) {
  auto number = gnet::spawn([] { return 1; });
  auto nothing = gnet::spawn([] { gnet::sleep(1ms); });
  BOOST_TEST(gnet::joinall({&number, &nothing}).size() == 2U);
  gnet::Semaphore first(1);
  gnet::Semaphore second(0);
  BOOST_TEST((gnet::wait({&first, &second}, {.count = 1}) == std::vector<std::size_t>{0}));
}

BOOST_AUTO_TEST_CASE(killall_tells_how_many_have_not_ended) {
  auto stubborn = gnet::spawn([] {
    const gnet::Uninterruptible whole;
    gnet::sleep(20ms);
  });
  auto quick = gnet::spawn([] { gnet::sleep(1h); });
  gnet::yield();
  BOOST_CHECK_EXCEPTION(killall({&stubborn, &quick}, nullptr, 2ms), gnet::TimedOut,
                        [](const auto& error) {
                          return std::string(error.what())
                              .starts_with("1 of 2 killed fibers have not ended: timed out after ");
                        });
  stubborn.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
