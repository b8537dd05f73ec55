#include "gnet/os/thread_pool.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "tests/unit/child.h"
#include "tests/unit/eventually.h"

BOOST_AUTO_TEST_SUITE(thread_pool)

using namespace std::chrono_literals;
using gnet::ThreadPool;

namespace {

// Holds threads of a pool until it is opened, or goes.
class Gate {
 public:
  ~Gate() { open(); }
  void open() {
    if (!std::exchange(opened_, true)) promise_.set_value();
  }
  // What a job calls.
  [[nodiscard]] std::function<void()> pass() {
    return [this, future = future_] {
      ++inside_;
      future.wait();
    };
  }
  [[nodiscard]] int inside() const { return inside_; }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
  bool opened_ = false;
  std::atomic<int> inside_{0};
};

}  // namespace

BOOST_AUTO_TEST_CASE(apply_runs_the_function_on_another_thread_and_returns_its_result) {
  ThreadPool pool(2);
  const auto here = std::this_thread::get_id();
  BOOST_TEST(pool.apply([here] { return std::this_thread::get_id() != here; }));
  BOOST_TEST(pool.apply([](int a, const std::string& b) { return b + std::to_string(a); }, 1,
                        "x") == "x1");
  pool.apply([] {});
}

BOOST_AUTO_TEST_CASE(results_and_arguments_need_only_move) {
  ThreadPool pool(1);
  auto doubled =
      pool.apply([](std::unique_ptr<int> number) { return std::make_unique<int>(*number * 2); },
                 std::make_unique<int>(21));
  BOOST_TEST(*doubled == 42);
}

BOOST_AUTO_TEST_CASE(what_the_function_throws_is_thrown_in_the_fiber) {
  ThreadPool pool(1);
  BOOST_CHECK_EXCEPTION(pool.apply([] { throw std::runtime_error("no luck"); }), std::runtime_error,
                        [](const auto& error) { return std::string(error.what()) == "no luck"; });
  BOOST_TEST(pool.unfinished() == 0);
}

BOOST_AUTO_TEST_CASE(other_fibers_run_while_one_waits) {
  ThreadPool pool(1);
  Gate gate;
  auto waiter = gnet::spawn([&] { pool.apply(gate.pass()); });
  BOOST_REQUIRE(test::eventually([&] { return gate.inside() == 1; }));
  BOOST_TEST(!waiter.dead());
  gate.open();
  BOOST_TEST(waiter.join(5s));
}

BOOST_AUTO_TEST_CASE(no_thread_is_started_before_it_is_needed_and_no_more_than_allowed) {
  ThreadPool pool(2);
  BOOST_TEST(pool.threads() == 0);
  pool.apply([] {});
  pool.apply([] {});
  BOOST_TEST(pool.threads() == 1);
  Gate gate;
  std::vector<gnet::PoolTask<void>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(pool.spawn(gate.pass()));
  BOOST_REQUIRE(test::eventually([&] { return gate.inside() == 2; }));
  BOOST_TEST(pool.threads() == 2);
  BOOST_TEST(pool.unfinished() == 4);
  gate.open();
  BOOST_TEST(gnet::wait(tasks, {.deadline = 5s}).size() == 4);
}

BOOST_AUTO_TEST_CASE(threads_without_work_end_after_a_time) {
  ThreadPool pool(2, {.idle = 5ms});
  pool.apply([] {});
  BOOST_TEST(test::eventually([&] { return pool.threads() == 0; }));
  BOOST_TEST(pool.apply([] { return 7; }) == 7);
}

BOOST_AUTO_TEST_CASE(threads_may_wait_for_work_for_ever) {
  ThreadPool pool(1, {.idle = gnet::Duration::max()});
  pool.apply([] {});
  gnet::sleep(20ms);
  BOOST_TEST(pool.threads() == 1);
}

BOOST_AUTO_TEST_CASE(the_queue_may_be_without_bound) {
  ThreadPool pool(1, {.queue = SIZE_MAX});
  Gate gate;
  auto spawner = gnet::spawn([&] {
    std::vector<gnet::PoolTask<void>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(pool.spawn(gate.pass()));
    return tasks;
  });
  BOOST_TEST(spawner.join(10s));
  BOOST_TEST(pool.unfinished() == 100);
}

BOOST_AUTO_TEST_CASE(threads_have_the_name_of_the_pool) {
  ThreadPool pool(1, {.name = "a name that is too long"});
  const std::string name = pool.apply([] {
    char buffer[32]{};
    pthread_getname_np(pthread_self(), buffer, sizeof buffer);
    return std::string(buffer);
  });
  BOOST_TEST(name == "a name that is ");
}

BOOST_AUTO_TEST_CASE(spawn_returns_a_handle_that_can_be_waited_for) {
  ThreadPool pool(2);
  Gate gate;
  auto slow = pool.spawn(gate.pass());
  auto quick = pool.spawn([] { return std::string("quick"); });
  BOOST_TEST(gnet::wait_any(slow, quick) == 1);
  BOOST_TEST(quick.ready());
  BOOST_TEST(quick.get() == "quick");
  BOOST_TEST(quick.get() == "quick");
  BOOST_TEST(!slow.ready());
  BOOST_TEST(!slow.wait(1ms));
  BOOST_CHECK_THROW(slow.get(1ms), gnet::TimedOut);
  gate.open();
  slow.get();
}

BOOST_AUTO_TEST_CASE(spawn_suspends_while_there_is_no_room) {
  ThreadPool pool(1, {.queue = 1});
  Gate gate;
  auto runs = pool.spawn(gate.pass());
  auto waits = pool.spawn([] {});
  std::string order;
  auto first = gnet::spawn([&] {
    auto task = pool.spawn([] {});
    order += "1";
    task.get();
  });
  auto second = gnet::spawn([&] {
    auto task = pool.spawn([] {});
    order += "2";
    task.get();
  });
  gnet::sleep(2ms);
  BOOST_TEST(order == "");
  BOOST_TEST(pool.unfinished() == 4);
  gate.open();
  BOOST_TEST(first.join(5s));
  BOOST_TEST(second.join(5s));
  BOOST_TEST(order == "12");
}

BOOST_AUTO_TEST_CASE(functions_begin_in_the_order_in_which_they_came) {
  ThreadPool pool(1);
  std::vector<int> order;  // of one thread
  std::vector<gnet::PoolTask<void>> tasks;
  std::vector<int> expected;
  for (int i = 0; i < 200; ++i) {
    tasks.push_back(pool.spawn([&order, i] { order.push_back(i); }));
    expected.push_back(i);
  }
  BOOST_TEST(pool.join(5s));
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(map_returns_the_results_in_order) {
  ThreadPool pool(3, {.queue = 1});
  std::vector<int> items;
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    items.push_back(i);
    expected.push_back(i * i);
  }
  const auto squares = pool.map(items, [](int i) { return i * i; });
  BOOST_TEST(squares == expected, boost::test_tools::per_element());
  std::atomic<int> sum{0};
  pool.map(std::vector{1, 2, 3}, [&sum](int i) { sum += i; });
  BOOST_TEST(sum == 6);
  BOOST_TEST(pool.map(std::vector<int>{}, [](int i) { return i; }).empty());
}

BOOST_AUTO_TEST_CASE(map_throws_the_error_of_the_first_item_that_failed) {
  ThreadPool pool(2);
  std::string reported;
  gnet::Hub& hub = gnet::Hub::current();
  hub.set_error_handler([&](const std::string&, std::exception_ptr) { reported += "!"; });
  BOOST_CHECK_EXCEPTION(pool.map(std::vector{1, 2, 3},
                                 [](int i) {
                                   if (i > 1) throw std::out_of_range(std::to_string(i));
                                   return i;
                                 }),
                        std::out_of_range,
                        [](const auto& error) { return std::string(error.what()) == "2"; });
  BOOST_TEST(pool.join(5s));
  gnet::yield();
  hub.set_error_handler(nullptr);
}

BOOST_AUTO_TEST_CASE(a_fiber_that_is_killed_leaves_at_once_and_the_function_runs_on) {
  ThreadPool pool(1);
  Gate gate;
  std::atomic<bool> ended{false};
  auto victim = gnet::spawn([&] {
    pool.apply([pass = gate.pass(), &ended] {
      pass();
      ended = true;
      return std::string(100, 'x');
    });
  });
  BOOST_REQUIRE(test::eventually([&] { return gate.inside() == 1; }));
  victim.kill();
  BOOST_TEST(victim.was_killed());
  BOOST_TEST(pool.unfinished() == 1);
  BOOST_TEST(gnet::wait());  // nothing keeps the hub alive
  gate.open();
  BOOST_TEST(pool.join(5s));
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(a_function_that_has_not_begun_when_its_fiber_is_killed_never_does) {
  ThreadPool pool(1);
  Gate gate;
  auto busy = pool.spawn(gate.pass());
  std::atomic<bool> begun{false};
  auto applies = gnet::spawn([&] { pool.apply([&] { begun = true; }); });
  auto maps = gnet::spawn([&] { pool.map(std::vector{1, 2}, [&](int) { begun = true; }); });
  gnet::yield();
  BOOST_TEST(pool.unfinished() == 4);
  applies.kill();
  maps.kill();
  BOOST_TEST(pool.unfinished() == 1);
  gate.open();
  BOOST_TEST(pool.join(5s));
  BOOST_TEST(!begun);
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_wait) {
  ThreadPool pool(1);
  Gate gate;
  BOOST_TEST(!gnet::Timeout(2ms, gnet::silent).run([&] { pool.apply(gate.pass()); }));
}

BOOST_AUTO_TEST_CASE(an_error_that_nobody_asks_for_is_reported_once) {
  ThreadPool pool(1);
  int reported = 0;
  gnet::Hub& hub = gnet::Hub::current();
  hub.set_error_handler([&](const std::string&, std::exception_ptr) { ++reported; });
  static_cast<void>(pool.spawn([] { throw std::runtime_error("unseen"); }));
  {
    const auto seen = pool.spawn([] { throw std::runtime_error("seen"); });
    seen.wait();
    BOOST_TEST((seen.exception() != nullptr));
  }
  BOOST_TEST(pool.join(5s));
  gnet::yield();
  hub.set_error_handler(nullptr);
  BOOST_TEST(reported == 1);
}

BOOST_AUTO_TEST_CASE(nested_use_runs_at_once_on_the_same_thread) {
  ThreadPool pool(1);
  const bool same = pool.apply([&pool] {
    const auto outer = std::this_thread::get_id();
    auto task = pool.spawn([] { return std::this_thread::get_id(); });
    return pool.apply([] { return std::this_thread::get_id(); }) == outer && task.get() == outer;
  });
  BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(functions_may_use_fibers_of_their_own) {
  ThreadPool pool(1);
  const int sum = pool.apply([] {
    auto one = gnet::spawn([] {
      gnet::sleep(1ms);
      return 1;
    });
    return one.get() + 1;
  });
  BOOST_TEST(sum == 2);
}

BOOST_AUTO_TEST_CASE(resize_changes_how_many_threads_there_are) {
  ThreadPool pool(0, {.queue = 1});
  BOOST_TEST(pool.max_threads() == 0);
  Gate gate;
  auto first = gnet::spawn([&] { pool.apply(gate.pass()); });
  auto second = gnet::spawn([&] { pool.apply(gate.pass()); });
  auto third = gnet::spawn([&] { pool.spawn(gate.pass()).get(); });
  gnet::sleep(2ms);
  BOOST_TEST(pool.threads() == 0);
  pool.resize(3);
  BOOST_REQUIRE(test::eventually([&] { return gate.inside() == 3; }));
  pool.resize(1);
  gate.open();
  BOOST_TEST(gnet::joinall(std::vector<gnet::AnyFiber*>{&first, &second, &third}, {.deadline = 5s})
                 .size() == 3);
  BOOST_TEST(test::eventually([&] { return pool.threads() <= 1; }));
  pool.resize(0);
  BOOST_TEST(test::eventually([&] { return pool.threads() == 0; }));
}

BOOST_AUTO_TEST_CASE(join_waits_for_everything) {
  ThreadPool pool(2);
  BOOST_TEST(pool.join(0ms));
  Gate gate;
  auto task = pool.spawn(gate.pass());
  BOOST_TEST(!pool.join(1ms));
  gate.open();
  BOOST_TEST(pool.join(5s));
  BOOST_TEST(task.wait(5s));
}

BOOST_AUTO_TEST_CASE(a_pool_that_goes_lets_run_what_runs_and_drops_the_rest) {
  std::atomic<bool> ended{false};
  std::atomic<bool> dropped{true};
  auto pool = std::make_unique<ThreadPool>(1);
  std::atomic<bool> inside{false};
  std::atomic<bool> queued{false};
  // Until what waits behind it has been dropped, however long that takes.
  auto runs = pool->spawn([&, all = pool.get()] {
    inside = true;
    while (!queued || all->unfinished() > 1) std::this_thread::yield();
    ended = true;
  });
  auto waits = pool->spawn([&] { dropped = false; });
  BOOST_REQUIRE(test::eventually([&] { return inside.load(); }));
  BOOST_TEST(pool->unfinished() == 2U);
  queued = true;
  pool.reset();
  BOOST_TEST(ended);
  runs.get();
  BOOST_CHECK_THROW(waits.get(), gnet::ResultAbandoned);
  BOOST_TEST(dropped);
}

BOOST_AUTO_TEST_CASE(several_hubs_share_a_pool) {
  ThreadPool pool(2, {.queue = 1});
  std::atomic<int> sum{0};
  std::vector<std::thread> hubs;
  for (int hub = 0; hub < 3; ++hub) {
    hubs.emplace_back([&] {
      std::vector<gnet::Fiber<>> fibers;
      for (int i = 0; i < 20; ++i) {
        fibers.push_back(gnet::spawn([&pool, &sum, i] {
          if (i % 2 == 0) {
            sum += pool.apply([] { return 1; });
          } else {
            sum += pool.spawn([] { return 1; }).get();
          }
        }));
      }
      gnet::joinall(fibers);
    });
  }
  for (auto& hub : hubs) hub.join();
  BOOST_TEST(sum == 60);
}

BOOST_AUTO_TEST_CASE(a_hub_may_end_before_what_it_has_spawned) {
  ThreadPool pool(1);
  Gate gate;
  std::thread([&] {
    static_cast<void>(pool.spawn([pass = gate.pass()] {
      pass();
      return std::string("nobody gets this");
    }));
  }).join();
  gate.open();
  BOOST_TEST(pool.join(5s));
}

BOOST_AUTO_TEST_CASE(the_default_pool_serves_everybody) {
  BOOST_TEST(gnet::default_thread_pool().max_threads() == 10);
  BOOST_TEST(gnet::default_thread_pool().apply([] { return 3; }) == 3);
  BOOST_TEST((&gnet::default_thread_pool() == &gnet::default_thread_pool()));
}

// ThreadSanitizer does not know threads that the child of a process with threads starts.
BOOST_AUTO_TEST_CASE(the_child_of_a_fork_has_a_pool_that_works, *test::not_under_tsan()) {
  ThreadPool pool(1);
  Gate gate;
  auto busy = pool.spawn(gate.pass());
  auto waits = pool.spawn([] {});
  const int status = test::status_of_child([&] {
    if (pool.unfinished() != 0) return 1;
    return pool.apply([] { return 42; });
  });
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 42);
}

BOOST_AUTO_TEST_CASE(one_that_its_own_function_destroys_is_told_so, *test::not_under_tsan()) {
  const auto death = test::death_of([] {
    auto pool = std::make_unique<ThreadPool>(1);
    pool->apply([&pool] { pool.reset(); });
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(death.words.find("a thread pool was destroyed by a function that it runs") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
