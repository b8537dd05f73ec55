#include "gnet/sync/mutex.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(mutex)

using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

auto says(const char* text) {
  return [text](const std::exception& error) {
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_fiber_holds_it_at_a_time) {
  gnet::Mutex mutex;
  int inside = 0;
  int most = 0;
  std::vector<gnet::Fiber<>> fibers;
  for (int i = 0; i < 5; ++i) {
    fibers.push_back(gnet::spawn([&] {
      const std::lock_guard guard(mutex);
      most = std::max(most, ++inside);
      gnet::yield();
      --inside;
    }));
  }
  gnet::joinall(fibers);
  BOOST_TEST(most == 1);
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_CASE(it_is_handed_to_whoever_has_waited_longest) {
  gnet::Mutex mutex;
  std::vector<int> order;
  mutex.lock();
  for (int i = 0; i < 3; ++i) {
    gnet::spawn([&, i] {
      const std::lock_guard guard(mutex);
      order.push_back(i);
    });
  }
  gnet::yield();
  mutex.unlock();
  BOOST_TEST(mutex.locked());  // by the first of them already: nobody overtakes it
  BOOST_TEST(!mutex.held());
  BOOST_TEST(!mutex.try_lock());
  mutex.lock();
  BOOST_TEST(order == (std::vector<int>{0, 1, 2}), per_element());
  mutex.unlock();
}

BOOST_AUTO_TEST_CASE(locking_twice_is_misuse_that_names_the_fiber) {
  gnet::Mutex mutex;
  auto fiber = gnet::spawn({.name = "greedy"}, [&] {
    const std::lock_guard guard(mutex);
    BOOST_TEST(mutex.held());
    BOOST_TEST(!mutex.try_lock());
    BOOST_CHECK_EXCEPTION(mutex.lock(), gnet::Misuse, says("greedy locks a Mutex that it holds"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(mutex.lock(1ms)), gnet::Misuse, says("greedy"));
  });
  fiber.get();
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_CASE(unlocking_what_one_does_not_hold_is_misuse_that_names_both) {
  gnet::Mutex mutex;
  BOOST_CHECK_EXCEPTION(mutex.unlock(), gnet::Misuse,
                        says("main unlocks a Mutex that nobody holds"));
  auto holder = gnet::spawn({.name = "holder"}, [&] {
    mutex.lock();
    gnet::sleep(30s);
  });
  gnet::yield();
  BOOST_CHECK_EXCEPTION(mutex.unlock(), gnet::Misuse,
                        says("main unlocks a Mutex that holder holds"));
  BOOST_TEST(mutex.locked());
  holder.kill();
}

BOOST_AUTO_TEST_CASE(a_callback_of_the_hub_can_neither_lock_nor_unlock) {
  gnet::Mutex mutex;
  mutex.lock();
  int misuses = 0;
  gnet::Hub::current().defer([&] {
    try {
      mutex.unlock();
    } catch (const gnet::Misuse&) {
      ++misuses;
    }
    try {
      static_cast<void>(mutex.try_lock());
    } catch (const gnet::Misuse&) {
      ++misuses;
    }
  });
  gnet::yield();
  BOOST_TEST(misuses == 2);
  BOOST_TEST(mutex.held());
  mutex.unlock();
}

BOOST_AUTO_TEST_CASE(lock_gives_up_at_its_deadline) {
  gnet::Mutex mutex;
  auto holder = gnet::spawn([&] {
    const std::lock_guard guard(mutex);
    gnet::sleep(30s);
  });
  gnet::yield();
  BOOST_TEST(!mutex.lock(2ms));
  holder.kill();
  BOOST_TEST(mutex.lock(2ms));
  mutex.unlock();
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::Mutex mutex;
  auto holder = gnet::spawn([&] {
    const std::lock_guard guard(mutex);
    gnet::sleep(30s);
  });
  gnet::yield();
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(mutex.lock(30s)), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  holder.kill();
}

BOOST_AUTO_TEST_CASE(a_killed_waiter_hands_it_on) {
  gnet::Mutex mutex;
  mutex.lock();
  auto killed = gnet::spawn([&] { mutex.lock(); });
  auto next = gnet::spawn([&] {
    const std::lock_guard guard(mutex);
    return mutex.held();
  });
  gnet::yield();
  mutex.unlock();  // to the first
  killed.kill();
  BOOST_TEST(next.get());
  BOOST_TEST(!mutex.locked());
}

BOOST_AUTO_TEST_CASE(a_deadlock_says_who_holds_it) {
  gnet::Mutex first;
  gnet::Mutex second;
  auto other = gnet::spawn({.name = "other"}, [&] {
    const std::lock_guard outer(second);
    gnet::yield();
    const std::lock_guard inner(first);
  });
  first.lock();
  gnet::yield();
  BOOST_CHECK_EXCEPTION(second.lock(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return says("held by other")(error) && says("held by main")(error);
  });
  first.unlock();
  other.get();
}

BOOST_AUTO_TEST_CASE(a_fiber_that_ended_still_holds_it_and_is_named) {
  gnet::Mutex mutex;
  gnet::spawn({.name = "forgetful"}, [&] { mutex.lock(); }).join();
  for (int i = 0; i < 10; ++i) gnet::spawn([] {}).join();  // on the same stack
  auto other = gnet::spawn([&] { return mutex.try_lock() || mutex.held(); });
  BOOST_TEST(!other.get());
  BOOST_CHECK_EXCEPTION(mutex.lock(), gnet::LoopExit, says("held by forgetful"));
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for) {
  gnet::Mutex mutex;
  auto holder = gnet::spawn([&] {
    const std::lock_guard guard(mutex);
    gnet::yield();
  });
  gnet::yield();
  BOOST_TEST(gnet::wait_any(mutex) == 0u);
  BOOST_TEST(mutex.try_lock());
  mutex.unlock();
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Mutex mutex;
  mutex.lock();
  std::thread([&] {
    BOOST_CHECK_THROW(mutex.lock(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(mutex.try_lock()), gnet::Misuse);
    BOOST_CHECK_THROW(mutex.unlock(), gnet::Misuse);
    BOOST_TEST(!mutex.held());
  }).join();
  mutex.unlock();
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::Mutex> mutex(std::in_place);
  mutex->lock();
  auto granted = gnet::spawn([&] { mutex->lock(); });
  auto waiting = gnet::spawn([&] { mutex->lock(); });
  gnet::yield();
  mutex->unlock();
  mutex.reset();
  BOOST_CHECK_EXCEPTION(granted.get(), gnet::Misuse, says("destroyed"));
  BOOST_CHECK_EXCEPTION(waiting.get(), gnet::Misuse, says("Mutex"));
}

BOOST_AUTO_TEST_SUITE_END()
