#include "gnet/sync/condition.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"

BOOST_AUTO_TEST_SUITE(condition)

using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(waiting_gives_the_lock_up_and_has_it_again_afterwards) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  bool set = false;
  auto waiter = gnet::spawn([&] {
    const std::lock_guard guard(condition);
    condition.wait_for([&] { return set; });
    return mutex.held();
  });
  gnet::yield();
  BOOST_TEST(condition.waiting() == 1u);
  {
    const std::lock_guard guard(mutex);
    set = true;
    condition.notify();
    gnet::yield();
    BOOST_TEST(!waiter.dead());  // not before the lock is free
  }
  BOOST_TEST(waiter.get());
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_CASE(notify_wakes_as_many_as_it_says_in_arrival_order) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  std::vector<int> woken;
  for (int i = 0; i < 6; ++i) {
    gnet::spawn([&, i] {
      const std::lock_guard guard(mutex);
      condition.wait();
      woken.push_back(i);
    });
  }
  gnet::yield();
  condition.notify();
  for (int i = 0; i < 5; ++i) gnet::yield();
  BOOST_TEST(woken == (std::vector<int>{0}), per_element());
  condition.notify(2);
  for (int i = 0; i < 5; ++i) gnet::yield();
  BOOST_TEST(woken == (std::vector<int>{0, 1, 2}), per_element());
  condition.notify_all();
  condition.notify_all();
  for (int i = 0; i < 9; ++i) gnet::yield();
  BOOST_TEST(woken == (std::vector<int>{0, 1, 2, 3, 4, 5}), per_element());
}

BOOST_AUTO_TEST_CASE(it_gives_up_at_its_deadline_and_holds_the_lock_then) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  const std::lock_guard guard(mutex);
  BOOST_TEST(!condition.wait(2ms));
  BOOST_TEST(mutex.held());
  BOOST_TEST(!condition.wait_for([] { return false; }, 2ms));
  BOOST_TEST(condition.wait_for([] { return true; }, 0ms));
  BOOST_TEST(mutex.held());
  BOOST_TEST(condition.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(an_interrupted_waiter_holds_the_lock_when_it_unwinds) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  bool held = false;
  auto waiter = gnet::spawn([&] {
    const std::lock_guard guard(mutex);
    try {
      condition.wait();
    } catch (const gnet::FiberExit&) {
      held = mutex.held();
      throw;
    }
  });
  gnet::yield();
  {
    const std::lock_guard guard(mutex);
    waiter.kill_async();
    gnet::yield();
    BOOST_TEST(!waiter.dead());  // it waits for the lock first
  }
  waiter.join();
  BOOST_TEST(waiter.was_killed());
  BOOST_TEST(held);
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  const std::lock_guard guard(mutex);
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(condition.wait(30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
  BOOST_TEST(mutex.held());
}

BOOST_AUTO_TEST_CASE(a_killed_waiter_passes_its_notification_on) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  auto wait = [&] {
    const std::lock_guard guard(mutex);
    condition.wait();
  };
  auto killed = gnet::spawn(wait);
  auto next = gnet::spawn(wait);
  gnet::yield();
  condition.notify();
  killed.kill();
  next.get();
  BOOST_TEST(killed.was_killed());
}

BOOST_AUTO_TEST_CASE(an_rlock_is_given_up_and_taken_back_with_its_depth) {
  gnet::RLock lock;
  gnet::Condition condition(lock);
  auto waiter = gnet::spawn([&] {
    const std::lock_guard outer(condition);
    const std::lock_guard inner(condition);
    condition.wait();
    return lock.depth();
  });
  gnet::yield();
  BOOST_TEST(condition.try_lock());
  condition.notify();
  condition.unlock();
  BOOST_TEST(waiter.get() == 2u);
  BOOST_TEST(!lock.locked());
}

BOOST_AUTO_TEST_CASE(waiting_without_the_lock_is_misuse) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  BOOST_CHECK_THROW(condition.wait(), gnet::Misuse);
  gnet::RLock lock;
  gnet::Condition other(lock);
  BOOST_CHECK_THROW(other.wait(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  const std::lock_guard guard(mutex);
  BOOST_CHECK_THROW(condition.wait(), gnet::LoopExit);
  BOOST_TEST(mutex.held());
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Mutex mutex;
  gnet::Condition condition(mutex);
  std::thread([&] {
    BOOST_CHECK_THROW(condition.wait(), gnet::Misuse);
    BOOST_CHECK_THROW(condition.notify(), gnet::Misuse);
  }).join();
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  gnet::Mutex mutex;
  std::optional<gnet::Condition> condition(std::in_place, mutex);
  auto wait = [&] {
    const std::lock_guard guard(mutex);
    condition->wait();
  };
  auto notified = gnet::spawn(wait);
  auto waiting = gnet::spawn(wait);
  gnet::yield();
  condition->notify();
  condition.reset();
  BOOST_CHECK_THROW(notified.get(), gnet::Misuse);
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_SUITE_END()
