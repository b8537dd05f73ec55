#include "gnet/sync/event.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(event)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(wait_returns_at_once_when_set) {
  gnet::Event event;
  event.set();
  event.set();
  event.wait();
  BOOST_TEST(event.is_set());
  BOOST_TEST(event.ready());
}

BOOST_AUTO_TEST_CASE(set_wakes_waiters_in_arrival_order) {
  gnet::Event event;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) {
    gnet::spawn([&, i] {
      event.wait();
      order.push_back(i);
    });
  }
  gnet::yield();
  event.set();
  BOOST_TEST(order.empty());  // whoever sets runs on
  gnet::yield();
  BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(set_and_clear_at_once_still_wakes_every_waiter) {
  for (const std::size_t count : {1u, 100u, 1000u}) {
    gnet::Event event;
    std::vector<gnet::Fiber<bool>> waiters;
    for (std::size_t i = 0; i < count; ++i) {
      waiters.push_back(gnet::spawn([&event] { return event.wait(30s); }));
    }
    gnet::yield();
    event.set();
    event.clear();
    std::size_t woken = 0;
    for (auto& waiter : waiters) woken += waiter.get() ? 1 : 0;
    BOOST_TEST(woken == count);
    BOOST_TEST(!event.is_set());
  }
}

BOOST_AUTO_TEST_CASE(wait_blocks_again_after_clear) {
  gnet::Event event;
  event.set();
  event.clear();
  BOOST_TEST(!event.wait(5ms));
}

BOOST_AUTO_TEST_CASE(a_wait_that_gave_up_is_not_woken_later) {
  gnet::Event event;
  int ended = 0;
  auto patient = gnet::spawn([&] {
    event.wait();
    ++ended;
  });
  BOOST_TEST(!event.wait(5ms));
  BOOST_TEST(ended == 0);
  event.set();
  patient.join();
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost_in_a_wait_with_a_deadline) {
  gnet::Event event;
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(event.wait(30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
}

BOOST_AUTO_TEST_CASE(waiting_twice_for_a_set_event_returns_it_twice) {
  gnet::Event event;
  event.set();
  const std::vector<gnet::Event*> events{&event};
  BOOST_TEST(gnet::wait(events).size() == 1u);
  BOOST_TEST(gnet::wait(events).size() == 1u);
}

BOOST_AUTO_TEST_CASE(wait_for_an_event_returns_while_another_fiber_still_sleeps) {
  gnet::Event event;
  auto sleeper = gnet::spawn([] { gnet::sleep(30s); });
  auto setter = gnet::spawn([&] { event.set(); });
  const std::vector<gnet::Event*> events{&event};
  BOOST_TEST(gnet::wait(events).size() == 1u);
  BOOST_TEST(!sleeper.dead());
  sleeper.kill();
}

BOOST_AUTO_TEST_CASE(waiting_for_what_nobody_can_set_is_a_loop_exit_that_names_it) {
  gnet::Event event;
  BOOST_CHECK_EXCEPTION(event.wait(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("Event") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Event event;
  std::thread([&] {
    BOOST_CHECK_THROW(event.wait(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(event.wait(1ms)), gnet::Misuse);
    BOOST_CHECK_THROW(event.set(), gnet::Misuse);
    BOOST_CHECK_THROW(event.clear(), gnet::Misuse);
  }).join();
  BOOST_TEST(!event.is_set());
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  auto event = std::make_unique<gnet::Event>();
  auto waiter = gnet::spawn([&object = *event] { object.wait(); });
  gnet::yield();
  event.reset();
  BOOST_CHECK_THROW(waiter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(destroying_it_under_a_wait_for_several_things_tells_misuse) {
  auto first = std::make_unique<gnet::Event>();
  gnet::Event second;
  auto waiter = gnet::spawn([&object = *first, &second] { return gnet::wait_any(object, second); });
  gnet::yield();
  first.reset();
  BOOST_CHECK_THROW(waiter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
