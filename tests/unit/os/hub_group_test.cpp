#include "gnet/os/hub_group.h"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(hub_group)

using gnet::HubGroup;
using namespace std::chrono_literals;

namespace {

bool blocked_here(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

std::string thread_name() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

}  // namespace

BOOST_AUTO_TEST_CASE(hub_0_is_the_thread_that_makes_the_group) {
  HubGroup hubs(3, "worker");
  BOOST_TEST(hubs.size() == 3U);
  BOOST_TEST(hubs.index() == 0U);
  std::set<std::thread::id> threads;
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    threads.insert(hubs.run(i, [] { return std::this_thread::get_id(); }));
    BOOST_TEST(hubs.run(i, [&] { return hubs.index(); }) == i);
  }
  BOOST_TEST(threads.size() == 3U);
  BOOST_TEST(threads.contains(std::this_thread::get_id()));
  BOOST_TEST(hubs.run(2, thread_name) == "worker-2");
}

BOOST_AUTO_TEST_CASE(a_group_of_one_has_no_thread) {
  HubGroup hubs(1);
  BOOST_TEST(hubs.size() == 1U);
  BOOST_TEST(hubs.run(0, [] { return 7; }) == 7);
  BOOST_CHECK_THROW(HubGroup(0), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(what_is_posted_runs_in_order_and_may_spawn) {
  HubGroup hubs(2);
  std::string text;
  gnet::AsyncResult<> done;
  for (const char letter : {'a', 'b', 'c'}) {
    hubs.post(1, [&text, letter] { text += letter; });
  }
  hubs.post(1, [&text, setter = done.setter()]() mutable {
    gnet::spawn([&text, setter = std::move(setter)]() mutable {
      gnet::sleep(1ms);
      text += 'd';
      setter.set();
    });
  });
  done.get();
  BOOST_TEST(text == "abcd");
}

BOOST_AUTO_TEST_CASE(run_returns_what_the_function_returns_or_throws) {
  HubGroup hubs(2);
  BOOST_TEST(hubs.run(1, [] {
    gnet::sleep(1ms);
    return std::string("done");
  }) == "done");
  bool ran = false;
  hubs.run(1, [&] { ran = true; });
  BOOST_TEST(ran);
  const auto fail = [] { throw test::Oops(3); };
  BOOST_CHECK_EXCEPTION(hubs.run(1, fail), test::Oops,
                        [](const test::Oops& oops) { return oops.code == 3; });
  BOOST_CHECK_EXCEPTION(hubs.run(0, fail), test::Oops,
                        [](const test::Oops& oops) { return oops.code == 3; });
}

BOOST_AUTO_TEST_CASE(hubs_run_functions_on_each_other) {
  HubGroup hubs(3);
  const int sum = hubs.run(
      1, [&] { return hubs.run(2, [&] { return hubs.run(0, [] { return 1; }) + 2; }) + 4; });
  BOOST_TEST(sum == 7);
}

BOOST_AUTO_TEST_CASE(a_function_is_not_left_behind_when_its_caller_is_killed) {
  HubGroup hubs(2);
  int steps = 0;
  auto caller = gnet::spawn([&] {
    int local = 0;
    hubs.run(1, [&] {
      gnet::sleep(20ms);
      local = 1;
    });
    steps = local;
    gnet::sleep(60s);
    steps = 2;
  });
  gnet::sleep(5ms);
  caller.kill();
  BOOST_TEST(steps == 1);
}

BOOST_AUTO_TEST_CASE(signals_from_outside_are_left_to_others) {
  HubGroup hubs(2);
  BOOST_TEST(hubs.run(1, [] { return blocked_here(SIGTERM); }));
  BOOST_TEST(hubs.run(1, [] { return blocked_here(SIGUSR1); }));
  BOOST_TEST(!hubs.run(1, [] { return blocked_here(SIGSEGV); }));
  BOOST_TEST(!blocked_here(SIGTERM));
}

BOOST_AUTO_TEST_CASE(stopping_ends_the_fibers_that_are_left) {
  bool interrupted = false;
  int destroyed = 0;
  {
    HubGroup hubs(2);
    hubs.run(1, [&] {
      gnet::spawn([&interrupted, sentinel = test::Sentinel(destroyed)] {
        try {
          gnet::sleep(60s);
        } catch (const gnet::FiberExit&) {
          interrupted = true;
          throw;
        }
      });
      gnet::yield();
    });
    BOOST_TEST(!hubs.stopped());
    hubs.stop();
    BOOST_TEST(hubs.stopped());
    BOOST_TEST(interrupted);
    BOOST_TEST(destroyed == 1);
    BOOST_TEST(!hubs.post(1, [] {}));
    BOOST_CHECK_THROW(hubs.run(1, [] {}), gnet::ResultAbandoned);
    hubs.run(0, [] {});
  }
}

BOOST_AUTO_TEST_CASE(a_hub_that_ends_tells_those_who_wait_for_its_answer) {
  auto hubs = std::make_unique<HubGroup>(2);
  bool told = false;
  auto caller = gnet::spawn([&] {
    told = test::throws<gnet::ResultAbandoned>([&] { hubs->run(1, [] { gnet::sleep(60s); }); });
  });
  gnet::sleep(5ms);
  hubs->stop();
  caller.join();
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(the_least_busy_hub_is_the_first_of_those_with_the_fewest_tasks) {
  HubGroup hubs(3);
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const std::size_t hub = hubs.least_busy();
    hubs.begin_task(hub);
    order += std::to_string(hub);
  }
  BOOST_TEST(order == "012012");
  hubs.end_task(1);
  BOOST_TEST(hubs.least_busy() == 1U);
  hubs.end_task(0);
  BOOST_TEST(hubs.least_busy() == 0U);
  hubs.stop();
  hubs.begin_task(0);
  hubs.begin_task(0);
  hubs.begin_task(0);
  BOOST_TEST(hubs.least_busy() == 0U);
}

BOOST_AUTO_TEST_CASE(tasks_elsewhere_are_a_reason_to_wait) {
  HubGroup hubs(2);
  hubs.begin_task(1);
  BOOST_TEST(!gnet::wait(10ms));
  hubs.end_task(1);
  BOOST_TEST(gnet::wait(10s));
}

BOOST_AUTO_TEST_CASE(only_hub_0_keeps_the_books) {
  HubGroup hubs(2);
  BOOST_CHECK_THROW(hubs.run(1, [&] { hubs.begin_task(1); }), gnet::Misuse);
  bool refused = false;
  test::on_thread(
      [&] { refused = test::throws<gnet::Misuse>([&] { static_cast<void>(hubs.index()); }); });
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_SUITE_END()
