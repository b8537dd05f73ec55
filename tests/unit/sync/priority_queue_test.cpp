#include "gnet/sync/priority_queue.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(priority_queue)

using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(the_smallest_item_is_the_first_out) {
  gnet::PriorityQueue<int> queue;
  std::vector<int> items(500);
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = static_cast<int>(i / 3);
  std::shuffle(items.begin(), items.end(), std::mt19937(1));
  for (int item : items) queue.put(item);
  std::sort(items.begin(), items.end());
  std::vector<int> got;
  while (auto item = queue.try_get()) got.push_back(*item);
  BOOST_TEST(got == items, per_element());
}

BOOST_AUTO_TEST_CASE(items_of_the_same_rank_come_out_in_the_order_in_which_they_went_in) {
  using Item = std::pair<int, int>;
  auto by_rank = [](const Item& a, const Item& b) { return a.first < b.first; };
  gnet::PriorityQueue<Item, decltype(by_rank)> queue(1000, by_rank);
  for (int i = 0; i < 300; ++i) queue.put(Item(i % 3, i));
  bool in_order = true;
  Item last(-1, -1);
  while (auto item = queue.try_get()) {
    in_order = in_order && last < *item;
    last = *item;
  }
  BOOST_TEST(in_order);
  BOOST_TEST(last.second == 299);
}

BOOST_AUTO_TEST_CASE(a_comparator_of_its_own_turns_the_order_round) {
  gnet::PriorityQueue<std::string, std::greater<>> queue;
  for (const char* word : {"b", "c", "a"}) queue.put(word);
  BOOST_TEST(queue.get() == "c");
  BOOST_TEST(queue.get() == "b");
  BOOST_TEST(queue.get() == "a");
}

BOOST_AUTO_TEST_CASE(it_holds_what_can_only_be_moved) {
  auto by_value = [](const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) {
    return *a < *b;
  };
  gnet::PriorityQueue<std::unique_ptr<int>, decltype(by_value)> queue;
  for (int number : {3, 1, 2}) queue.put(std::make_unique<int>(number));
  BOOST_TEST(*queue.get() == 1);
  BOOST_TEST(*queue.get() == 2);
  BOOST_TEST(*queue.get() == 3);
}

BOOST_AUTO_TEST_CASE(a_woken_fiber_takes_what_is_smallest_when_it_runs) {
  gnet::PriorityQueue<int> queue;
  std::vector<int> got;
  auto first = gnet::spawn([&] { got.push_back(queue.get()); });
  auto second = gnet::spawn([&] { got.push_back(queue.get()); });
  gnet::yield();
  queue.put(2);
  queue.put(1);
  queue.put(3);
  BOOST_TEST(queue.size() == 1u);
  gnet::yield();
  BOOST_TEST(got == (std::vector<int>{1, 2}), per_element());
  BOOST_TEST(queue.get() == 3);
}

BOOST_AUTO_TEST_CASE(a_full_one_takes_the_items_of_putters_in_the_order_in_which_they_came) {
  gnet::PriorityQueue<int> queue(1);
  queue.put(5);
  for (int i : {9, 1}) gnet::spawn([&, i] { queue.put(i); });
  gnet::yield();
  BOOST_TEST(queue.get() == 5);
  BOOST_TEST(queue.get() == 9);
  BOOST_TEST(queue.get() == 1);
}

BOOST_AUTO_TEST_CASE(close_and_close_now_are_those_of_every_queue) {
  gnet::PriorityQueue<int> queue;
  queue.put(2);
  queue.put(1);
  queue.close();
  std::vector<int> got;
  for (int& item : queue) got.push_back(item);
  BOOST_TEST(got == (std::vector<int>{1, 2}), per_element());
  gnet::PriorityQueue<int> dropped;
  dropped.put(1);
  dropped.close_now();
  BOOST_CHECK_THROW(dropped.get(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::PriorityQueue<int> queue;
  BOOST_CHECK_EXCEPTION(queue.get(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("an item in PriorityQueue") != std::string::npos;
  });
  BOOST_CHECK_THROW(gnet::PriorityQueue<int>(0), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
