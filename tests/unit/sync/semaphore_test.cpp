#include "gnet/sync/semaphore.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(semaphore)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(acquire_takes_permits_until_there_are_none) {
  gnet::Semaphore semaphore(2);
  semaphore.acquire();
  BOOST_TEST(semaphore.try_acquire());
  BOOST_TEST(!semaphore.try_acquire());
  BOOST_TEST(!semaphore.acquire(5ms));
  BOOST_TEST(semaphore.permits() == 0u);
  semaphore.release(2);
  BOOST_TEST(semaphore.permits() == 2u);
}

BOOST_AUTO_TEST_CASE(release_hands_the_permit_to_whoever_has_waited_longest) {
  gnet::Semaphore semaphore(0);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    gnet::spawn([&, i] {
      semaphore.acquire();
      order.push_back(i);
    });
  }
  gnet::yield();
  semaphore.release(3);
  BOOST_TEST(order.empty());
  // Handed over already: nobody overtakes those that were woken.
  BOOST_TEST(semaphore.permits() == 0u);
  BOOST_TEST(!semaphore.try_acquire());
  gnet::yield();
  BOOST_TEST(order == (std::vector<int>{0, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_that_play_ping_pong_do_not_starve_a_third) {
  gnet::Semaphore semaphore(1);
  bool third_had_it = false;
  auto take_turns = [&] {
    for (int i = 0; i < 100 && !third_had_it; ++i) {
      semaphore.acquire();
      gnet::yield();
      semaphore.release();
    }
  };
  auto first = gnet::spawn(take_turns);
  auto second = gnet::spawn(take_turns);
  auto third = gnet::spawn([&] {
    semaphore.acquire();
    third_had_it = true;  // and keeps it
  });
  third.join();
  BOOST_TEST(third_had_it);
  BOOST_CHECK_THROW(semaphore.acquire(), gnet::LoopExit);
  first.kill();
  second.kill();
}

BOOST_AUTO_TEST_CASE(a_permit_handed_to_a_fiber_that_is_killed_goes_to_the_next) {
  gnet::Semaphore semaphore(0);
  auto killed = gnet::spawn([&] { semaphore.acquire(); });
  auto next = gnet::spawn([&] { semaphore.acquire(); });
  gnet::yield();
  semaphore.release();
  killed.kill();
  BOOST_TEST(killed.was_killed());
  next.get();
  BOOST_TEST(semaphore.permits() == 0u);
}

BOOST_AUTO_TEST_CASE(a_permit_handed_to_a_fiber_that_is_killed_comes_back) {
  gnet::Semaphore semaphore(0);
  auto killed = gnet::spawn([&] { semaphore.acquire(); });
  gnet::yield();
  semaphore.release();
  killed.kill();
  BOOST_TEST(semaphore.permits() == 1u);
}

BOOST_AUTO_TEST_CASE(a_permit_handed_over_at_the_deadline_is_kept_or_given_back_but_never_lost) {
  gnet::Semaphore semaphore(0);
  auto waiter = gnet::spawn([&] { return semaphore.acquire(1ms); });
  gnet::yield();
  const auto end = gnet::Clock::now() + 5ms;
  while (gnet::Clock::now() < end) {
  }
  semaphore.release();
  const bool kept = waiter.get();
  BOOST_TEST(semaphore.permits() == (kept ? 0u : 1u));
}

BOOST_AUTO_TEST_CASE(a_lock_guard_holds_a_permit) {
  gnet::Semaphore semaphore(1);
  {
    const std::lock_guard guard(semaphore);
    BOOST_TEST(semaphore.permits() == 0u);
    const std::unique_lock second(semaphore, std::try_to_lock);
    BOOST_TEST(!second.owns_lock());
  }
  BOOST_TEST(semaphore.permits() == 1u);
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for_without_taking_a_permit) {
  gnet::Semaphore semaphore(0);
  auto releaser = gnet::spawn([&] { semaphore.release(); });
  BOOST_TEST(gnet::wait_any(semaphore) == 0u);
  BOOST_TEST(semaphore.ready());
  BOOST_TEST(gnet::wait_any(semaphore) == 0u);
  BOOST_TEST(semaphore.permits() == 1u);
}

BOOST_AUTO_TEST_CASE(a_plain_semaphore_grows_and_a_bounded_one_refuses) {
  gnet::Semaphore plain(1);
  plain.release();
  BOOST_TEST(plain.permits() == 2u);
  gnet::BoundedSemaphore bounded(2);
  BOOST_CHECK_THROW(bounded.release(), gnet::Misuse);
  bounded.acquire();
  BOOST_CHECK_THROW(bounded.release(2), gnet::Misuse);
  BOOST_TEST(bounded.permits() == 1u);
  bounded.release();
  BOOST_CHECK_THROW(bounded.unlock(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Semaphore semaphore(1);
  std::thread([&] {
    BOOST_CHECK_THROW(semaphore.acquire(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(semaphore.try_acquire()), gnet::Misuse);
    BOOST_CHECK_THROW(semaphore.release(), gnet::Misuse);
  }).join();
  BOOST_TEST(semaphore.permits() == 1u);
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::Semaphore> semaphore(std::in_place, 0u);
  auto granted = gnet::spawn([&] { semaphore->acquire(); });
  auto waiting = gnet::spawn([&] { semaphore->acquire(); });
  gnet::yield();
  semaphore->release();
  semaphore.reset();
  BOOST_CHECK_THROW(granted.get(), gnet::Misuse);
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
