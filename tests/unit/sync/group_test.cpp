#include "gnet/sync/group.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/queue.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(group)

using namespace test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(members_are_known_until_they_have_ended) {
  gnet::Group group;
  BOOST_TEST(group.empty());
  auto first = group.spawn([] { gnet::sleep(1ms); });
  auto second = group.spawn({.name = "second"}, [] { return 2; });
  BOOST_TEST(group.size() == 2u);
  BOOST_TEST(group.contains(first));
  BOOST_TEST(second.name() == "second");
  BOOST_TEST(!group.full());
  group.join();
  BOOST_TEST(group.empty());
  BOOST_TEST(first.dead());
  BOOST_TEST(second.get() == 2);
  BOOST_TEST(!group.contains(first));
}

BOOST_AUTO_TEST_CASE(a_member_leaves_one_turn_after_its_end) {
  gnet::Group group;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 2; ++i) group.spawn([&] { sizes.push_back(group.size()); });
  group.join();
  BOOST_TEST(sizes == (std::vector<std::size_t>{2, 2}), per_element());
}

BOOST_AUTO_TEST_CASE(fibers_can_be_added_and_discarded) {
  gnet::Group group;
  auto sleeper = gnet::spawn([] { gnet::sleep(30s); });
  auto quick = gnet::spawn([] {});
  group.add(sleeper);
  group.add(sleeper);
  group.add(quick);
  BOOST_TEST(group.size() == 2u);
  group.discard(sleeper);
  group.discard(sleeper);
  BOOST_TEST(group.size() == 1u);
  group.join();
  BOOST_TEST(!sleeper.dead());
  group.add(quick);  // has ended
  BOOST_TEST(group.empty());
  auto created = gnet::Fiber<int>::create([] { return 1; });
  group.start(created);
  BOOST_TEST(created.get() == 1);
  sleeper.kill();
}

BOOST_AUTO_TEST_CASE(join_of_nothing_returns_without_a_switch) {
  gnet::Group group;
  bool ran = false;
  auto other = gnet::spawn([&] { ran = true; });
  BOOST_TEST(group.join(0ms));
  group.join();
  BOOST_TEST(!ran);
  other.join();
}

BOOST_AUTO_TEST_CASE(join_gives_up_at_its_deadline_and_keeps_an_outer_timeout) {
  gnet::Group group;
  group.spawn([] { gnet::sleep(30s); });
  BOOST_TEST(!group.join(2ms));
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(group.join(30s)), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  group.kill();
  BOOST_TEST(group.join(2ms));
}

BOOST_AUTO_TEST_CASE(join_or_throw_throws_the_error_of_a_member) {
  gnet::Group group;
  auto failing = group.spawn([] { throw Oops(7); });
  group.spawn([] { gnet::sleep(1ms); });
  BOOST_CHECK_EXCEPTION(group.join_or_throw(), Oops,
                        [](const Oops& error) { return error.code == 7; });
  BOOST_TEST(group.empty());
  BOOST_TEST(group.join_or_throw());
}

BOOST_AUTO_TEST_CASE(an_error_nobody_asks_for_is_reported_once) {
  Reports reports;
  {
    gnet::Group group;
    group.spawn([] { throw Oops(1); });
    group.join();
  }
  BOOST_TEST(reports.all.size() == 1u);
}

BOOST_AUTO_TEST_CASE(kill_ends_members_soon_and_without_waiting_later) {
  gnet::Group group;
  const auto start = gnet::Clock::now();
  group.spawn([] { gnet::sleep(20s); });
  group.spawn([] { gnet::sleep(40s); });
  gnet::yield();
  group.kill_async();
  BOOST_TEST(group.size() == 2u);
  let_run();
  BOOST_TEST(group.empty());
  group.spawn([] { gnet::sleep(20s); });
  auto unstarted = group.spawn([] { throw Oops(1); });
  group.kill();
  BOOST_TEST(group.empty());
  BOOST_TEST(unstarted.was_killed());
  BOOST_TEST(since(start) < 5s);
}

BOOST_AUTO_TEST_CASE(kill_strikes_each_member_once_and_those_that_come_meanwhile) {
  gnet::Group group;
  int strikes = 0;
  group.spawn([&] {
    try {
      gnet::sleep(30s);
    } catch (const gnet::FiberExit&) {
      ++strikes;
      group.spawn([] { gnet::sleep(30s); });
      gnet::sleep(2ms);
    }
  });
  gnet::yield();
  BOOST_TEST(!group.kill(nullptr, 1ms));
  group.kill();
  BOOST_TEST(strikes == 1);
  BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(a_member_that_kills_its_group_goes_last) {
  gnet::Group group;
  auto other = group.spawn([] { gnet::sleep(30s); });
  auto killer = group.spawn([&] { group.kill(); });
  killer.join();
  BOOST_TEST(killer.was_killed());
  other.join();
  BOOST_TEST(other.was_killed());
  group.join();
}

BOOST_AUTO_TEST_CASE(apply_returns_what_the_function_returns_or_throws) {
  gnet::Group group;
  BOOST_TEST(group.apply([&] { return group.size(); }) == 1u);
  BOOST_CHECK_THROW(group.apply([] { throw Oops(1); }), Oops);
  const auto text = group.apply([] { return std::make_unique<int>(3); });
  BOOST_TEST(*text == 3);
}

BOOST_AUTO_TEST_CASE(apply_that_is_interrupted_ends_its_work_first) {
  gnet::Group group;
  int ended = 0;
  auto caller = gnet::spawn([&] {
    Sentinel here(ended);
    group.apply([&] {
      Sentinel there(ended);
      gnet::sleep(30s);
    });
  });
  let_run();
  BOOST_TEST(group.size() == 1u);
  caller.kill();
  BOOST_TEST(ended == 2);
  let_run();
  BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(apply_async_returns_at_once) {
  gnet::Group group;
  auto fiber = group.apply_async([] { return 5; });
  BOOST_TEST(!fiber.dead());
  BOOST_TEST(fiber.get() == 5);
}

BOOST_AUTO_TEST_CASE(map_returns_results_in_the_order_of_the_items) {
  gnet::Group group;
  const std::vector<int> items{3, 1, 2};
  const auto results = group.map(items, [](int item) {
    gnet::sleep(std::chrono::milliseconds(item));
    return std::to_string(item);
  });
  BOOST_TEST(results == (std::vector<std::string>{"3", "1", "2"}), per_element());
  BOOST_TEST(group.map(std::vector<int>(), [](int item) { return item; }).empty());
}

BOOST_AUTO_TEST_CASE(map_passes_items_by_reference_and_may_return_nothing) {
  gnet::Group group;
  std::vector<int> items{1, 2, 3};
  group.map(items, [](int& item) { item *= 2; });
  BOOST_TEST(items == (std::vector<int>{2, 4, 6}), per_element());
  std::vector<std::unique_ptr<int>> owned;
  owned.push_back(std::make_unique<int>(4));
  BOOST_TEST(group.map(owned, [](auto& item) { return *item; }).front() == 4);
}

BOOST_AUTO_TEST_CASE(map_throws_the_error_of_the_first_item_that_failed) {
  gnet::Group group;
  int begun = 0;
  auto fail_late = [&](int item) {
    ++begun;
    gnet::sleep(std::chrono::milliseconds(5 - item));
    if (item > 0) throw Oops(item);
    return item;
  };
  BOOST_CHECK_EXCEPTION(group.map(std::vector<int>{0, 1, 2}, fail_late), Oops,
                        [](const Oops& error) { return error.code == 1; });
  BOOST_TEST(begun == 3);
  let_run();
  BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(map_of_which_a_call_is_killed_says_so) {
  gnet::Group group;
  auto killer = gnet::spawn([&] {
    gnet::yield();
    group.kill();
  });
  BOOST_CHECK_THROW(group.map(std::vector<int>{1}, [](int) { gnet::sleep(30s); }),
                    gnet::FiberKilled);
  killer.join();
}

BOOST_AUTO_TEST_CASE(map_that_is_interrupted_ends_its_work_first) {
  gnet::Group group;
  int ended = 0;
  auto caller = gnet::spawn([&] {
    const std::vector<int> items{1, 2, 3};
    group.map(items, [&](int) {
      Sentinel there(ended);
      gnet::sleep(30s);
    });
  });
  let_run();
  BOOST_TEST(group.size() == 3u);
  caller.kill();
  BOOST_TEST(ended == 3);
  BOOST_TEST(caller.was_killed());
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_comes_out_of_map) {
  gnet::Group group;
  gnet::Queue<int> source;
  source.put(1);
  auto closer = gnet::spawn([&] { source.close(); });
  BOOST_TEST(group.map(source, [](int item) { return item; }).size() == 1u);
}

BOOST_AUTO_TEST_CASE(map_async_is_a_fiber) {
  gnet::Group group;
  auto mapping = group.map_async(std::vector<int>{1, 2}, [](int item) { return 10 * item; });
  BOOST_TEST(mapping.get() == (std::vector<int>{10, 20}), per_element());
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for) {
  gnet::Group group;
  BOOST_TEST(gnet::wait_any(group) == 0u);
  group.spawn([] { gnet::yield(); });
  BOOST_TEST(gnet::wait_any(group) == 0u);
  BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::Group group;
  gnet::Queue<int> never;
  auto member = group.spawn([&] { never.get(); });
  BOOST_CHECK_EXCEPTION(group.join(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("the fibers of Group") != std::string::npos;
  });
  group.kill();
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Group group;
  auto fiber = gnet::spawn([] {});
  std::thread([&] {
    BOOST_CHECK_THROW(group.spawn([] {}), gnet::Misuse);
    BOOST_CHECK_THROW(group.add(fiber), gnet::Misuse);
    BOOST_CHECK_THROW(group.discard(fiber), gnet::Misuse);
    BOOST_CHECK_THROW(group.join(), gnet::Misuse);
    BOOST_CHECK_THROW(group.kill(), gnet::Misuse);
  }).join();
  BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(destroying_it_leaves_its_fibers_and_tells_its_waiters) {
  std::optional<gnet::Group> group(std::in_place);
  auto member = group->spawn([] {
    gnet::sleep(2ms);
    return 1;
  });
  auto joiner = gnet::spawn([&] { group->join(); });
  std::vector<int> results;
  auto mapper = gnet::spawn([&] {
    results = group->map(std::vector<int>{1, 2}, [](int item) {
      gnet::sleep(2ms);
      return item;
    });
  });
  let_run();
  group.reset();
  BOOST_CHECK_THROW(joiner.get(), gnet::Misuse);
  BOOST_TEST(member.get() == 1);
  mapper.get();
  BOOST_TEST(results == (std::vector<int>{1, 2}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()
