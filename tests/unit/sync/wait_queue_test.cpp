#include "gnet/sync/wait_queue.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"

BOOST_AUTO_TEST_SUITE(wait_queue)

using namespace std::chrono_literals;

namespace {

constexpr gnet::detail::WaitKind kTest{"a test"};

}  // namespace

BOOST_AUTO_TEST_CASE(notify_one_wakes_the_one_that_has_waited_longest) {
  gnet::WaitQueue queue;
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    gnet::spawn([&, i] {
      queue.wait(kTest, nullptr);
      order.push_back(i);
    });
  }
  gnet::yield();
  BOOST_TEST(queue.size() == 3u);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(queue.notify_one());
    gnet::yield();
  }
  BOOST_TEST(!queue.notify_one());
  BOOST_TEST(order == (std::vector<int>{0, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(notify_all_wakes_only_those_that_waited_before) {
  gnet::WaitQueue queue;
  int rounds = 0;
  auto waiter = gnet::spawn([&] {
    queue.wait(kTest, nullptr);
    ++rounds;
    queue.wait(kTest, nullptr);
    ++rounds;
  });
  gnet::yield();
  queue.notify_all();
  gnet::yield();
  BOOST_TEST(rounds == 1);
  BOOST_TEST(queue.size() == 1u);
  queue.notify_all();
  waiter.join();
  BOOST_TEST(rounds == 2);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline_and_leaves_the_queue) {
  gnet::WaitQueue queue;
  BOOST_TEST(!queue.wait(kTest, nullptr, 5ms));
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_notice_that_comes_with_the_deadline_counts) {
  gnet::WaitQueue queue;
  auto waiter = gnet::spawn([&] { return queue.wait(kTest, nullptr, 1ms); });
  gnet::yield();
  // Both have happened by the time the waiter runs.
  const auto end = gnet::Clock::now() + 5ms;
  while (gnet::Clock::now() < end) {
  }
  queue.notify_one();
  BOOST_TEST(waiter.get());
}

BOOST_AUTO_TEST_CASE(a_callback_in_the_queue_is_called_once) {
  struct Counter : gnet::detail::Waiter {
    Counter()
        : Waiter([](gnet::detail::Waiter& self) noexcept { ++static_cast<Counter&>(self).calls; }) {
    }
    int calls = 0;
  } counter;
  gnet::WaitQueue queue;
  queue.add(counter);
  queue.notify_all();
  queue.notify_all();
  BOOST_TEST(counter.calls == 1);
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::WaitQueue queue;
  std::thread([&] {
    BOOST_CHECK_THROW(queue.wait(kTest, nullptr), gnet::Misuse);
    BOOST_CHECK_THROW(queue.notify_one(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.notify_all(), gnet::Misuse);
  }).join();
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  auto queue = std::make_unique<gnet::WaitQueue>();
  auto waiter = gnet::spawn([&object = *queue] { object.wait(kTest, nullptr); });
  gnet::yield();
  queue.reset();
  BOOST_CHECK_THROW(waiter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
