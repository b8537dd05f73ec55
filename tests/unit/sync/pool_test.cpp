#include "gnet/sync/pool.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(pool)

using namespace test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(spawning_into_a_full_one_waits_for_a_slot) {
  gnet::Pool pool(1);
  gnet::Event end;
  auto first = pool.spawn([&] { end.wait(); });
  BOOST_TEST(pool.full());
  auto ender = gnet::spawn([&] { end.set(); });
  auto second = pool.spawn([] {});
  BOOST_TEST(first.dead());
  BOOST_TEST(pool.size() == 1u);
  pool.join();
  BOOST_TEST(second.dead());
  BOOST_TEST(pool.capacity() == 1u);
}

BOOST_AUTO_TEST_CASE(a_slot_comes_free_after_its_fiber) {
  gnet::Pool pool(2);
  BOOST_TEST(pool.free_count() == 2u);
  auto fiber = pool.spawn([] { return 1; });
  BOOST_TEST(pool.free_count() == 1u);
  BOOST_TEST(fiber.get() == 1);
  gnet::yield();
  BOOST_TEST(pool.free_count() == 2u);
}

BOOST_AUTO_TEST_CASE(sizes_seen_by_three_calls_in_a_pool_for_two) {
  gnet::Pool pool(2);
  const auto sizes = pool.map(std::vector<int>{0, 1, 2}, [&](int) { return pool.size(); });
  BOOST_TEST(sizes == (std::vector<std::size_t>{2, 2, 1}), per_element());
}

BOOST_AUTO_TEST_CASE(spawners_are_served_in_arrival_order_and_a_killed_one_leaves_its_slot) {
  gnet::Pool pool(1);
  gnet::Event end;
  pool.spawn([&] { end.wait(); });
  std::vector<int> order;
  auto spawner = [&](int number) {
    return gnet::spawn([&, number] { pool.spawn([&, number] { order.push_back(number); }); });
  };
  auto first = spawner(1);
  auto killed = spawner(2);
  auto third = spawner(3);
  gnet::yield();
  killed.kill();
  end.set();
  third.join();
  pool.join();
  BOOST_TEST(order == (std::vector<int>{1, 3}), per_element());
  BOOST_TEST(pool.free_count() == 1u);
}

BOOST_AUTO_TEST_CASE(each_form_gives_up_in_its_way) {
  gnet::Pool pool(1);
  auto sleeper = pool.spawn_nowait([] { gnet::sleep(30s); });
  BOOST_TEST(!pool.try_spawn([] {}).has_value());
  BOOST_TEST(!pool.try_spawn(2ms, [] {}).has_value());
  BOOST_CHECK_THROW(pool.spawn_nowait([] {}), gnet::PoolFull);
  BOOST_CHECK_THROW(pool.spawn_nowait([] {}), gnet::QueueFull);
  pool.kill();
  BOOST_TEST(pool.try_spawn([] { return 1; }).value().get() == 1);
  BOOST_TEST(pool.try_spawn(1s, [] { return 2; }).value().get() == 2);
}

BOOST_AUTO_TEST_CASE(one_without_slots_is_always_full) {
  gnet::Pool pool(0);
  BOOST_TEST(pool.full());
  BOOST_TEST(pool.free_count() == 0u);
  BOOST_TEST(pool.wait_available(2ms) == 0u);
  BOOST_CHECK_THROW(pool.spawn([] {}), gnet::LoopExit);
}

BOOST_AUTO_TEST_CASE(one_without_a_limit_is_never_full) {
  gnet::Pool pool;
  for (int i = 0; i < 100; ++i) pool.spawn([] {});
  BOOST_TEST(!pool.full());
  BOOST_TEST(pool.wait_available() == gnet::Pool::kUnlimited);
  pool.join();
}

BOOST_AUTO_TEST_CASE(wait_available_tells_how_many_are_free) {
  gnet::Pool pool(2);
  BOOST_TEST(pool.wait_available() == 2u);
  pool.spawn([] {});
  pool.spawn([] {});
  BOOST_TEST(pool.wait_available() > 0u);
  BOOST_TEST(pool.size() < 2u);
}

BOOST_AUTO_TEST_CASE(an_added_fiber_takes_a_slot_and_a_discarded_one_gives_it_back) {
  gnet::Pool pool(1);
  auto sleeper = gnet::spawn([] { gnet::sleep(30s); });
  pool.add(sleeper);
  BOOST_TEST(pool.full());
  pool.add(sleeper);  // is one already
  auto other = gnet::spawn([&] { return pool.spawn([] { return 1; }).get(); });
  gnet::yield();
  pool.discard(sleeper);
  BOOST_TEST(other.get() == 1);
  let_run();
  BOOST_TEST(pool.free_count() == 1u);
  sleeper.kill();
  let_run();
  BOOST_TEST(pool.free_count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_spawns_into_its_own_full_pool_is_a_loop_exit) {
  gnet::Pool pool(1);
  auto worker = pool.spawn({.name = "worker"}, [&] { pool.spawn([] {}); });
  BOOST_CHECK_EXCEPTION(pool.join(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    const std::string text = error.what();
    return text.find("worker") != std::string::npos &&
           text.find("waits for a slot in Pool") != std::string::npos &&
           text.find("held by worker") != std::string::npos;
  });
  pool.kill();
}

BOOST_AUTO_TEST_CASE(apply_in_a_worker_does_the_work_itself) {
  gnet::Pool pool(1);
  const int result = pool.apply([&] { return 2 * pool.apply([] { return 3; }); });
  BOOST_TEST(result == 6);
}

BOOST_AUTO_TEST_CASE(apply_async_never_waits_even_when_full) {
  gnet::Pool pool(2);
  std::vector<gnet::Fiber<int>> jobs;
  std::size_t most = 0;
  for (int i = 0; i < 4; ++i) {
    jobs.push_back(pool.apply_async([&, i] {
      most = std::max(most, pool.size());
      gnet::yield();
      return i;
    }));
  }
  int sum = 0;
  for (auto& job : jobs) sum += job.get();
  BOOST_TEST(sum == 6);
  BOOST_TEST(most == 2u);
}

BOOST_AUTO_TEST_CASE(no_more_calls_run_at_once_than_there_are_slots) {
  gnet::Pool pool(3);
  int running = 0;
  int most = 0;
  std::vector<int> items(50);
  pool.map(items, [&](int) {
    most = std::max(most, ++running);
    gnet::yield();
    --running;
  });
  BOOST_TEST(most == 3);
  let_run();
  BOOST_TEST(pool.free_count() == 3u);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::Pool pool(1);
  pool.spawn([] { gnet::sleep(30s); });
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(pool.spawn([] {}), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(pool.map(std::vector<int>{1, 2}, [](int) {}), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  pool.kill();
  BOOST_TEST(pool.free_count() == 1u);
}

BOOST_AUTO_TEST_CASE(killing_workers_at_any_time_leaves_no_slot_behind) {
  gnet::Pool pool(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<gnet::Fiber<>> spawners;
    for (int i = 0; i < 8; ++i) {
      spawners.push_back(gnet::spawn([&] {
        auto worker = pool.spawn([] { gnet::sleep(1ms); });
        worker.join();
      }));
    }
    for (int i = 0; i < round; ++i) gnet::yield();
    for (std::size_t i = 0; i < spawners.size(); i += 2) spawners[i].kill_async();
    pool.kill_async();
    gnet::joinall(spawners);
    pool.kill();
    BOOST_TEST(pool.free_count() == 3u);
    BOOST_TEST(pool.empty());
  }
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Pool pool(1);
  std::thread([&] {
    BOOST_CHECK_THROW(pool.spawn([] {}), gnet::Misuse);
    BOOST_CHECK_THROW(pool.wait_available(), gnet::Misuse);
    BOOST_CHECK_THROW(pool.apply([] {}), gnet::Misuse);
  }).join();
  BOOST_TEST(pool.free_count() == 1u);
}

BOOST_AUTO_TEST_CASE(destroying_it_tells_those_that_wait_for_a_slot) {
  std::optional<gnet::Pool> pool(std::in_place, 1u);
  gnet::Event end;
  auto member = pool->spawn([&] { end.wait(); });
  auto waiting = gnet::spawn([&] { pool->spawn([] {}); });
  auto mapping = gnet::spawn([&] { pool->map(std::vector<int>{1, 2}, [](int) {}); });
  gnet::yield();
  pool.reset();
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
  BOOST_CHECK_THROW(mapping.get(), gnet::Misuse);
  end.set();
  member.get();
}

BOOST_AUTO_TEST_CASE(members_of_a_full_one_map_in_it) {
  gnet::Pool pool(2);
  const std::vector<int> items{1, 2, 3};
  const auto twice = [](int item) {
    gnet::yield();
    return 2 * item;
  };
  std::vector<gnet::Fiber<std::vector<int>>> members;
  for (int i = 0; i < 2; ++i) {
    members.push_back(pool.spawn([&] { return pool.map(items, twice); }));
  }
  for (auto& member : members) {
    BOOST_TEST(member.get() == (std::vector<int>{2, 4, 6}), per_element());
  }
  // What fails ends it, as elsewhere.
  auto failing = pool.spawn([&] {
    pool.map(items, [](int item) {
      if (item == 2) throw Oops(item);
      BOOST_TEST(item == 1);
    });
  });
  auto other = pool.spawn([] { gnet::sleep(1ms); });
  BOOST_CHECK_THROW(failing.get(), Oops);
  // With room to spare the others do their part.
  pool.join();
  BOOST_TEST(
      pool.spawn([&] { return pool.map(items, twice); }).get() == (std::vector<int>{2, 4, 6}),
      per_element());
  pool.join();
  BOOST_TEST(pool.free_count() == 2u);
}

BOOST_AUTO_TEST_CASE(members_of_a_full_one_imap_in_it) {
  gnet::Pool pool(1);
  const std::vector<int> items{1, 2, 3};
  std::vector<int> results;
  pool.spawn([&] {
        for (int result : pool.imap(items, [](int item) { return 2 * item; })) {
          results.push_back(result);
        }
        auto unordered = pool.imap_unordered(items, [](int item) {
          gnet::yield();
          if (item == 2) throw Oops(item);
          return item;
        });
        results.push_back(unordered.next().value());
        BOOST_CHECK_THROW(static_cast<void>(unordered.next()), Oops);
        results.push_back(unordered.next().value());
        BOOST_TEST(!unordered.next().has_value());
      })
      .get();
  BOOST_TEST(results == (std::vector<int>{2, 4, 6, 1, 3}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()
