#include "gnet/sync/joinable_queue.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"

BOOST_AUTO_TEST_SUITE(joinable_queue)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(join_returns_when_every_task_is_done) {
  gnet::JoinableQueue<int> queue(2);
  int sum = 0;
  std::vector<gnet::Fiber<>> workers;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(gnet::spawn([&] {
      for (int& item : queue) {
        gnet::sleep(1ms);
        sum += item;
        queue.task_done();
      }
    }));
  }
  for (int i = 1; i <= 10; ++i) queue.put(i);
  BOOST_TEST(queue.unfinished_tasks() > 0u);
  queue.join();
  BOOST_TEST(sum == 55);
  BOOST_TEST(queue.unfinished_tasks() == 0u);
  queue.shutdown();
  for (auto& worker : workers) worker.get();
}

BOOST_AUTO_TEST_CASE(join_of_nothing_returns_at_once) {
  gnet::JoinableQueue<int> queue;
  BOOST_TEST(queue.join(0ms));
  queue.join();
}

BOOST_AUTO_TEST_CASE(join_gives_up_at_its_deadline) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  BOOST_TEST(!queue.join(2ms));
  BOOST_TEST(queue.get() == 1);
  BOOST_TEST(!queue.join(2ms));  // taken is not done
  queue.task_done();
  BOOST_TEST(queue.join(2ms));
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_of_join_is_not_lost) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(queue.join(30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
}

BOOST_AUTO_TEST_CASE(an_item_counts_once_it_is_stored) {
  gnet::JoinableQueue<int> queue(1);
  queue.put(1);
  auto putter = gnet::spawn([&] { queue.put(2); });
  gnet::yield();
  BOOST_TEST(queue.unfinished_tasks() == 1u);
  queue.get();
  BOOST_TEST(queue.unfinished_tasks() == 2u);
  BOOST_TEST(queue.try_put(3) == false);
  BOOST_TEST(queue.unfinished_tasks() == 2u);
}

BOOST_AUTO_TEST_CASE(more_done_than_put_is_misuse) {
  gnet::JoinableQueue<int> queue;
  BOOST_CHECK_THROW(queue.task_done(), gnet::Misuse);
  queue.put(1);
  queue.task_done();  // before it is taken, as in Python
  BOOST_CHECK_THROW(queue.task_done(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(those_who_joined_are_let_go_although_a_new_task_comes) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  auto joiner = gnet::spawn([&] { queue.join(); });
  gnet::yield();
  queue.get();
  queue.task_done();
  queue.put(2);
  joiner.get();
  BOOST_TEST(queue.unfinished_tasks() == 1u);
}

BOOST_AUTO_TEST_CASE(after_shutdown_what_is_there_can_be_taken) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  queue.put(2);
  queue.shutdown();
  BOOST_CHECK_THROW(queue.put(3), gnet::QueueClosed);
  BOOST_TEST(queue.get() == 1);
  BOOST_TEST(queue.get() == 2);
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
  BOOST_TEST(!queue.join(1ms));
  queue.task_done();
  queue.task_done();
  BOOST_TEST(queue.join(1ms));
}

BOOST_AUTO_TEST_CASE(shutdown_at_once_drops_what_is_there_and_counts_it_as_done) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  queue.put(2);
  auto joiner = gnet::spawn([&] { queue.join(); });
  gnet::yield();
  queue.shutdown(true);
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(queue.task_done(), gnet::Misuse);
  joiner.get();
  BOOST_TEST(queue.join(0ms));
}

BOOST_AUTO_TEST_CASE(shutdown_at_once_waits_for_what_was_taken) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  queue.put(2);
  queue.get();
  queue.shutdown(true);
  BOOST_TEST(queue.unfinished_tasks() == 1u);
  BOOST_TEST(!queue.join(1ms));
  queue.task_done();
  BOOST_TEST(queue.join(1ms));
}

BOOST_AUTO_TEST_CASE(shutdown_tells_all_that_wait) {
  gnet::JoinableQueue<int> empty;
  gnet::JoinableQueue<int> full(1);
  full.put(1);
  auto getter = gnet::spawn([&] { empty.get(); });
  auto putter = gnet::spawn([&] { full.put(2); });
  gnet::yield();
  empty.shutdown();
  full.shutdown(true);
  BOOST_CHECK_THROW(getter.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(putter.get(), gnet::QueueClosed);
  BOOST_TEST(full.unfinished_tasks() == 0u);
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  BOOST_CHECK_EXCEPTION(queue.join(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("the tasks of JoinableQueue") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::JoinableQueue<int> queue;
  queue.put(1);
  std::thread([&] {
    BOOST_CHECK_THROW(queue.task_done(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.join(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.shutdown(true), gnet::Misuse);
  }).join();
  BOOST_TEST(queue.unfinished_tasks() == 1u);
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::JoinableQueue<int>> queue(std::in_place);
  queue->put(1);
  auto joiner = gnet::spawn([&] { queue->join(); });
  gnet::yield();
  queue.reset();
  BOOST_CHECK_THROW(joiner.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
