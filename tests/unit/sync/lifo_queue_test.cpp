#include "gnet/sync/lifo_queue.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(lifo_queue)

using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(the_last_item_in_is_the_first_out) {
  gnet::LifoQueue<int> queue;
  for (int i = 0; i < 5; ++i) queue.put(i);
  BOOST_TEST(*queue.try_peek() == 4);
  std::vector<int> got;
  while (auto item = queue.try_get()) got.push_back(*item);
  BOOST_TEST(got == (std::vector<int>{4, 3, 2, 1, 0}), per_element());
}

BOOST_AUTO_TEST_CASE(those_who_wait_are_served_in_arrival_order_all_the_same) {
  gnet::LifoQueue<int> queue(1);
  std::vector<std::string> trace;
  for (int i = 0; i < 2; ++i) {
    gnet::spawn(
        [&, i] { trace.push_back(std::to_string(i) + " got " + std::to_string(queue.get())); });
  }
  gnet::yield();
  queue.put(10);
  gnet::yield();
  queue.put(11);
  gnet::yield();
  BOOST_TEST(trace == (std::vector<std::string>{"0 got 10", "1 got 11"}), per_element());
  queue.put(20);
  for (int i = 21; i <= 22; ++i) gnet::spawn([&, i] { queue.put(i); });
  gnet::yield();
  BOOST_TEST(queue.get() == 20);
  BOOST_TEST(queue.get() == 21);
  BOOST_TEST(queue.get() == 22);
}

BOOST_AUTO_TEST_CASE(it_holds_what_can_only_be_moved) {
  gnet::LifoQueue<std::unique_ptr<int>> queue;
  queue.put(std::make_unique<int>(1));
  queue.put(std::make_unique<int>(2));
  BOOST_TEST(*queue.get() == 2);
  BOOST_TEST(*queue.peek() == 1);
  BOOST_TEST(*queue.get(1ms).value() == 1);
}

BOOST_AUTO_TEST_CASE(after_close_what_is_there_can_be_taken) {
  gnet::LifoQueue<int> queue;
  queue.put(1);
  queue.put(2);
  queue.close();
  std::vector<int> got;
  for (int& item : queue) got.push_back(item);
  BOOST_TEST(got == (std::vector<int>{2, 1}), per_element());
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(close_now_drops_what_is_there) {
  gnet::LifoQueue<int> queue;
  queue.put(1);
  queue.close_now();
  BOOST_TEST(queue.empty());
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::LifoQueue<int> queue;
  BOOST_CHECK_EXCEPTION(queue.get(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("an item in LifoQueue") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for) {
  gnet::LifoQueue<int> queue;
  auto putter = gnet::spawn([&] { queue.put(1); });
  BOOST_TEST(gnet::wait_any(queue) == 0u);
  BOOST_TEST(queue.size() == 1u);
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::LifoQueue<int>> queue(std::in_place);
  auto waiting = gnet::spawn([&] { queue->get(); });
  gnet::yield();
  queue.reset();
  BOOST_CHECK_EXCEPTION(waiting.get(), gnet::Misuse, [](const gnet::Misuse& error) {
    return std::string(error.what()).find("LifoQueue") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
