#include "gnet/os/signal.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <barrier>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "tests/unit/child.h"
#include "tests/unit/os/disposition.h"

using namespace std::chrono_literals;

namespace {

using test::disposition;
using test::Handler;

// The signal ignored, as a shell hands it to background jobs, for a while.
struct Ignored {
  explicit Ignored(int signal) : signal(signal), before(::signal(signal, SIG_IGN)) {}
  ~Ignored() { ::signal(signal, before); }
  int signal;
  Handler before;
};

}  // namespace

namespace os {  // ::signal is a function

BOOST_AUTO_TEST_SUITE(signal)

BOOST_AUTO_TEST_CASE(wait_signal_suspends_until_one_of_them_comes) {
  auto sender = gnet::spawn_later(5ms, [] { kill(getpid(), SIGUSR2); });
  BOOST_TEST(gnet::wait_signal({SIGUSR1, SIGUSR2}) == SIGUSR2);
}

BOOST_AUTO_TEST_CASE(wait_signal_gives_up_at_its_deadline) {
  BOOST_TEST(!gnet::wait_signal({SIGUSR1}, 5ms));
}

BOOST_AUTO_TEST_CASE(waiting_for_a_signal_is_no_deadlock) {
  std::thread sender([] {
    std::this_thread::sleep_for(20ms);
    kill(getpid(), SIGUSR1);
  });
  BOOST_TEST(gnet::wait_signal({SIGUSR1}) == SIGUSR1);
  sender.join();
}

BOOST_AUTO_TEST_CASE(a_handler_runs_in_a_fiber_each_time) {
  std::vector<int> seen;
  const auto handler = gnet::on_signal(SIGUSR1, [&](int number) {
    gnet::sleep(1ms);  // it may suspend
    seen.push_back(number);
  });
  raise(SIGUSR1);
  gnet::sleep(10ms);
  raise(SIGUSR1);
  gnet::sleep(10ms);
  BOOST_TEST(seen == (std::vector<int>{SIGUSR1, SIGUSR1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_handler_does_not_keep_the_hub_alive) {
  const auto handler = gnet::on_signal(SIGUSR1, [](int) {});
  BOOST_TEST(gnet::wait());
}

BOOST_AUTO_TEST_CASE(a_cancelled_handler_is_not_called_any_more) {
  int calls = 0;
  const auto other = gnet::on_signal(SIGUSR1, [](int) {});
  auto handler = gnet::on_signal(SIGUSR1, [&](int) { ++calls; });
  raise(SIGUSR1);
  gnet::sleep(5ms);
  raise(SIGUSR1);
  handler.cancel();
  handler.cancel();
  gnet::sleep(5ms);
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(several_handlers_of_one_signal_are_all_called) {
  std::string calls;
  const auto first = gnet::on_signal(SIGUSR1, [&](int) { calls += "1"; });
  const auto second = gnet::on_signal(SIGUSR1, [&](int) { calls += "2"; });
  raise(SIGUSR1);
  gnet::sleep(5ms);
  BOOST_TEST(calls == "12");
}

BOOST_AUTO_TEST_CASE(a_signal_that_was_inherited_as_ignored_comes_all_the_same) {
  const Ignored ignored(SIGUSR1);
  auto sender = gnet::spawn_later(5ms, [] { raise(SIGUSR1); });
  BOOST_TEST((gnet::wait_signal({SIGUSR1}, 5s) == SIGUSR1));
  BOOST_TEST((disposition(SIGUSR1) == SIG_IGN));
}

BOOST_AUTO_TEST_CASE(the_previous_disposition_is_restored_by_the_last_that_leaves) {
  const Handler before = disposition(SIGUSR2);
  {
    auto first = gnet::on_signal(SIGUSR2, [](int) {});
    const auto second = gnet::on_signal(SIGUSR2, [](int) {});
    first.cancel();
    BOOST_TEST((disposition(SIGUSR2) != before));
  }
  BOOST_TEST((disposition(SIGUSR2) == before));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_handled_is_refused) {
  BOOST_CHECK_THROW(static_cast<void>(gnet::on_signal(SIGKILL, [](int) {})), std::system_error);
  BOOST_CHECK_THROW(static_cast<void>(gnet::on_signal(0, [](int) {})), std::system_error);
  BOOST_CHECK_THROW(static_cast<void>(gnet::on_signal(1000, [](int) {})), std::system_error);
}

BOOST_AUTO_TEST_CASE(signals_collects_what_comes_between_two_waits) {
  gnet::Signals signals{SIGUSR1, SIGUSR2};
  raise(SIGUSR2);
  gnet::sleep(5ms);
  raise(SIGUSR1);
  gnet::sleep(5ms);
  BOOST_TEST(signals.wait() == SIGUSR2);
  BOOST_TEST(signals.wait() == SIGUSR1);
  BOOST_TEST(!signals.wait(1ms));
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_interrupted_leaves_nothing_behind) {
  const Handler before = disposition(SIGUSR1);
  auto waiter = gnet::spawn([] { gnet::wait_signal({SIGUSR1}); });
  gnet::sleep(1ms);
  waiter.kill();
  BOOST_TEST((disposition(SIGUSR1) == before));
  BOOST_TEST(gnet::wait());  // nothing keeps the hub alive
}

BOOST_AUTO_TEST_CASE(a_signal_for_a_waiter_that_is_killed_goes_to_the_next) {
  gnet::Fiber<> first;
  // Asked before the others: its fiber runs when the first has been woken, and before it.
  const auto killer = gnet::on_signal(SIGUSR1, [&](int) { first.kill_async(); });
  gnet::Signals signals{SIGUSR1};
  first = gnet::spawn([&] { signals.wait(); });
  auto second = gnet::spawn([&] { signals.wait(); });
  gnet::yield();
  raise(SIGUSR1);
  BOOST_TEST(second.join(10s));
  BOOST_TEST(first.was_killed());
}

BOOST_AUTO_TEST_CASE(one_signal_ends_one_wait) {
  gnet::Signals signals{SIGUSR1};
  auto first = gnet::spawn([&] { signals.wait(); });
  auto second = gnet::spawn([&] { return signals.wait(50ms); });
  gnet::yield();
  raise(SIGUSR1);
  BOOST_TEST(first.join(10s));
  BOOST_TEST(!second.get());
}

BOOST_AUTO_TEST_CASE(each_hub_gets_what_it_asked_for) {
  int other = 0;
  std::atomic<bool> ready{false};
  std::thread thread([&] {
    gnet::Signals signals{SIGUSR1};
    ready = true;
    other = signals.wait();
  });
  while (!ready) gnet::sleep(1ms);
  int mine = 0;
  const auto handler = gnet::on_signal(SIGUSR1, [&](int number) { mine = number; });
  raise(SIGUSR1);
  thread.join();
  gnet::sleep(5ms);
  BOOST_TEST(other == SIGUSR1);
  BOOST_TEST(mine == SIGUSR1);
}

BOOST_AUTO_TEST_CASE(hubs_that_ask_at_the_same_moment_all_get_it) {
  constexpr int kThreads = 2;
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> got{0};
    std::atomic<int> started{0};
    std::barrier ready(kThreads + 1);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        static_cast<void>(gnet::Hub::current());
        ++started;
        while (started < kThreads) std::this_thread::yield();
        gnet::Signals signals{SIGUSR1};
        ready.arrive_and_wait();
        if (signals.wait(10s)) ++got;
      });
    }
    ready.arrive_and_wait();
    kill(getpid(), SIGUSR1);
    for (std::thread& thread : threads) thread.join();
    BOOST_REQUIRE(got == kThreads);
  }
}

BOOST_AUTO_TEST_CASE(a_thread_that_ends_with_a_handler_leaves_nothing_behind) {
  const Handler before = disposition(SIGUSR2);
  for (int i = 0; i < 100; ++i) {  // more than there are places for hubs
    std::thread([] {
      static thread_local gnet::SignalHandler handler;
      handler = gnet::on_signal(SIGUSR2, [](int) {});
    }).join();
  }
  BOOST_TEST((disposition(SIGUSR2) == before));
}

BOOST_AUTO_TEST_CASE(exit_on_signal_ends_the_process_also_when_no_fiber_can_run,
                     *test::not_under_tsan()) {
  const int status = test::status_of_child([] {
    const auto handler = gnet::on_signal(SIGTERM, [](int) {});
    const auto exit = gnet::exit_on_signal(SIGTERM);
    raise(SIGTERM);
    for (;;) pause();
    return 0;
  });
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 128 + SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace os
