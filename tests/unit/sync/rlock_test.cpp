#include "gnet/sync/rlock.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"

BOOST_AUTO_TEST_SUITE(rlock)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(its_holder_takes_it_again_and_gives_it_back_as_often) {
  gnet::RLock lock;
  lock.lock();
  lock.lock();
  BOOST_TEST(lock.try_lock());
  BOOST_TEST(lock.lock(1ms));
  BOOST_TEST(lock.depth() == 4u);
  auto other = gnet::spawn([&] { return lock.try_lock(); });
  for (int i = 0; i < 3; ++i) lock.unlock();
  BOOST_TEST(!other.get());
  BOOST_TEST(lock.held());
  lock.unlock();
  BOOST_TEST(!lock.locked());
  BOOST_TEST(gnet::spawn([&] { return lock.try_lock(); }).get());
}

BOOST_AUTO_TEST_CASE(unlocking_what_another_holds_is_misuse) {
  gnet::RLock lock;
  BOOST_CHECK_THROW(lock.unlock(), gnet::Misuse);
  lock.lock();
  lock.lock();
  auto other = gnet::spawn([&] { lock.unlock(); });
  BOOST_CHECK_EXCEPTION(other.get(), gnet::Misuse, [](const gnet::Misuse& error) {
    return std::string(error.what()).find("unlocks a RLock that main holds") != std::string::npos;
  });
  BOOST_TEST(lock.depth() == 2u);
  lock.unlock();
  lock.unlock();
  BOOST_CHECK_THROW(lock.unlock(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(waiters_take_it_in_arrival_order_and_a_killed_one_hands_it_on) {
  gnet::RLock lock;
  lock.lock();
  auto killed = gnet::spawn([&] { lock.lock(); });
  auto next = gnet::spawn([&] {
    const std::lock_guard outer(lock);
    const std::lock_guard inner(lock);
    return lock.depth();
  });
  gnet::yield();
  BOOST_TEST(!gnet::spawn([&] { return lock.lock(1ms); }).get());
  lock.unlock();
  killed.kill();
  BOOST_TEST(next.get() == 2u);
  BOOST_TEST(!lock.locked());
  BOOST_TEST(lock.depth() == 0u);
}

BOOST_AUTO_TEST_CASE(a_deadlock_says_who_holds_it) {
  gnet::RLock lock;
  gnet::spawn({.name = "forgetful"}, [&] { lock.lock(); }).join();
  BOOST_CHECK_EXCEPTION(lock.lock(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    const std::string text = error.what();
    return text.find("waits for RLock") != std::string::npos &&
           text.find("held by forgetful") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::RLock lock;
  lock.lock();
  std::thread([&] {
    BOOST_CHECK_THROW(lock.lock(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(lock.try_lock()), gnet::Misuse);
    BOOST_CHECK_THROW(lock.unlock(), gnet::Misuse);
  }).join();
  lock.unlock();
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::RLock> lock(std::in_place);
  lock->lock();
  auto waiting = gnet::spawn([&] { lock->lock(); });
  gnet::yield();
  lock.reset();
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
