#include "gnet/fiber/hub.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/nursery.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "gnet/sync/group.h"
#include "gnet/sync/queue.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/valgrind.h"

#if defined(GNET_ASAN)
#include <sanitizer/lsan_interface.h>
#endif

using namespace test;
using gnet::Event;
using gnet::Hub;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;
using gnet::detail::Scheduler;

namespace {

gnet::Duration cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto spent = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return spent(usage.ru_utime) + spent(usage.ru_stime);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hub)

// ---- fairness ----

BOOST_AUTO_TEST_CASE(yield_loops_do_not_starve_timers) {
  bool stop = false;
  std::vector<gnet::Fiber<>> loops;
  for (int i = 0; i < 3; ++i) {
    loops.push_back(spawn([&] {
      while (!stop) yield();
    }));
  }
  const auto start = gnet::Clock::now();
  sleep(10ms);
  BOOST_TEST((since(start) < 2s));
  stop = true;
  gnet::joinall(loops);
}

BOOST_AUTO_TEST_CASE(busy_yield_loops_do_not_starve_timers) {
  bool stop = false;
  auto loop = [&] {
    while (!stop) {
      burn(100us);
      yield();
    }
  };
  auto one = spawn(loop);
  auto two = spawn(loop);
  const auto start = gnet::Clock::now();
  sleep(5ms);
  BOOST_TEST((since(start) < 2s));
  stop = true;
  one.join();
  two.join();
}

BOOST_AUTO_TEST_CASE(callbacks_that_defer_callbacks_do_not_starve_timers) {
  bool stop = false;
  std::function<void()> again = [&] {
    if (!stop) Hub::current().defer([&] { again(); });
  };
  again();
  sleep(5ms);
  stop = true;
  let_run();
}

BOOST_AUTO_TEST_CASE(yield_loops_do_not_starve_posts) {
  bool arrived = false;
  std::thread poster([hub = &Hub::current(), &arrived] { hub->post([&] { arrived = true; }); });
  const auto start = gnet::Clock::now();
  while (!arrived && since(start) < 5s) yield();
  poster.join();
  BOOST_TEST(arrived);
}

BOOST_AUTO_TEST_CASE(callbacks_and_fibers_share_one_queue) {
  std::string order;
  Hub& hub = Hub::current();
  hub.defer([&] { order += '1'; });
  spawn([&] { order += '2'; });
  hub.defer([&] { order += '3'; });
  spawn([&] { order += '4'; });
  spawn([&] { order += '5'; });
  hub.defer([&] { order += '6'; });
  yield();
  BOOST_TEST(order == "123456");
}

BOOST_AUTO_TEST_CASE(a_waker_runs_on) {
  gnet::Event event;
  std::string order;
  auto waiter = spawn([&] {
    event.wait();
    order += "woken ";
  });
  yield();
  event.set();
  order += "set ";
  waiter.join();
  BOOST_TEST(order == "set woken ");
}

// ---- callbacks ----

BOOST_AUTO_TEST_CASE(a_deferred_callback_is_pending_until_it_ran) {
  bool ran = false;
  auto deferred = Hub::current().defer([&] { ran = true; });
  BOOST_TEST(deferred.pending());
  BOOST_TEST(!ran);
  yield();
  BOOST_TEST(ran);
  BOOST_TEST(!deferred.pending());
  deferred.stop();
}

BOOST_AUTO_TEST_CASE(a_stopped_callback_does_not_run) {
  int destroyed = 0;
  bool ran = false;
  auto deferred = Hub::current().defer([&ran, s = Sentinel(destroyed)] { ran = true; });
  deferred.stop();
  BOOST_TEST(!deferred.pending());
  BOOST_TEST(destroyed == 1);
  let_run();
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_is_reported) {
  Reports reports;
  Hub::current().defer([] { throw Oops(1); });
  bool next = false;
  Hub::current().defer([&] { next = true; });
  yield();
  BOOST_TEST(next);
  BOOST_REQUIRE(reports.all.size() == 1U);
  BOOST_TEST(reports.all[0].error == "oops 1");
}

BOOST_AUTO_TEST_CASE(blocking_in_a_callback_is_misuse) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  gnet::Event event;
  int refused = 0;
  int tried = 0;
  auto attempt = [&](auto&& blocking) {
    ++tried;
    refused += throws<gnet::Misuse>(blocking);
  };
  Hub::current().defer([&] {
    attempt([] { yield(); });
    attempt([] { sleep(0s); });
    attempt([] { sleep(1s); });
    attempt([] { gnet::checkpoint(); });
    attempt([&] { event.wait(); });
    attempt([&] { static_cast<void>(event.wait(1s)); });
    attempt([&] { fiber.join(); });
    attempt([&] { fiber.get(); });
    attempt([] { gnet::wait(); });
    attempt([] { gnet::wait(1s); });
    attempt([] { gnet::Timeout limit(1s); });
    attempt([] { gnet::Nursery nursery; });
    attempt([] { static_cast<void>(gnet::CancelScope().run([] {})); });
    attempt([] { const gnet::Uninterruptible whole; });
    attempt([] { static_cast<void>(gnet::this_fiber::id()); });
  });
  yield();
  BOOST_TEST(refused == tried);
  BOOST_TEST(tried == 15);
  fiber.kill();
}

BOOST_AUTO_TEST_CASE(a_callback_may_spawn_and_set) {
  gnet::Event event;
  bool ran = false;
  Hub::current().defer([&] {
    event.set();
    spawn([&] { ran = true; });
  });
  event.wait();
  let_run();
  BOOST_TEST(ran);
}

// ---- errors ----

BOOST_AUTO_TEST_CASE(a_handler_of_errors_that_throws_does_no_harm) {
  Hub::current().set_error_handler(
      [](const std::string&, const std::exception_ptr&) { throw Oops(99); });
  auto kept = spawn([]() -> int { throw Oops(1); });
  spawn([] { throw Oops(2); });
  Hub::current().defer([] { throw Oops(3); });
  let_run();
  BOOST_CHECK_EXCEPTION(kept.get(), Oops, [](const Oops& error) { return error.code == 1; });
  Hub::current().set_error_handler(nullptr);
}

// ---- time ----

BOOST_AUTO_TEST_CASE(now_is_at_most_its_slack_behind) {
  Scheduler& hub = Scheduler::current();
  for (int i = 0; i < 1000; ++i) {
    const auto before = gnet::Clock::now();
    const auto now = hub.now();
    const auto after = gnet::Clock::now();
    BOOST_REQUIRE((now <= after));
    BOOST_REQUIRE((now >= before - Scheduler::kClockSlack));
  }
  burn(1ms);
  BOOST_TEST((hub.now() >= gnet::Clock::now() - 1ms));
}

// An alarm stays armed when its wait ends early: what that must not change.

BOOST_AUTO_TEST_CASE(a_wait_that_has_ended_early_limits_no_later_one) {
  Event event;
  auto waiter = spawn([&] {
    BOOST_TEST(event.wait(10ms));
    event.clear();
    event.wait();
    return gnet::Clock::now();
  });
  yield();
  event.set();
  sleep(40ms);
  const auto second = gnet::Clock::now();
  event.set();
  BOOST_CHECK(waiter.get() >= second);
}

BOOST_AUTO_TEST_CASE(each_wait_ends_at_its_own_deadline) {
  Event event;
  Event never;
  const auto time_out = [&](gnet::Duration patience) {
    const auto since = gnet::Clock::now();
    BOOST_TEST(!never.wait(patience));
    return gnet::Clock::now() - since;
  };
  const auto end_early = [&](gnet::Duration patience) {
    event.clear();
    auto setter = spawn([&] { event.set(); });
    BOOST_TEST(event.wait(patience));
  };
  end_early(5ms);
  BOOST_CHECK(time_out(30ms) >= 30ms);  // a later one
  end_early(1min);
  BOOST_CHECK(time_out(5ms) < 30s);  // an earlier one
  end_early(5ms);
  sleep(20ms);  // it rings while nobody waits for it, or for another reason
  BOOST_CHECK(time_out(5ms) >= 5ms);
}

BOOST_AUTO_TEST_CASE(waits_that_end_at_the_same_time_end_in_the_order_in_which_they_began) {
  Event early;
  Event never;
  std::string order;
  const gnet::Deadline end = gnet::Clock::now() + 30ms;
  auto armed_anew = spawn([&] {
    BOOST_TEST(early.wait(5ms));
    BOOST_TEST(!never.wait(end));
    order += 'a';
  });
  yield();
  early.set();
  yield();
  auto fresh = spawn([&] {
    BOOST_TEST(!never.wait(end));
    order += 'b';
  });
  gnet::joinall({&armed_anew, &fresh});
  BOOST_TEST(order == "ab");
}

BOOST_AUTO_TEST_CASE(an_interrupted_wait_limits_no_later_one) {
  Event never;
  auto fiber = spawn([&] {
    try {
      static_cast<void>(never.wait(10ms));
    } catch (const Oops&) {
      sleep(30ms);
      return true;
    }
    return false;
  });
  yield();
  fiber.kill_async(std::make_exception_ptr(Oops(1)));
  BOOST_TEST(fiber.get());
}

BOOST_AUTO_TEST_CASE(an_idle_hub_costs_no_cpu_time) {
  // The least of three: valgrind itself has something to do now and then.
  auto spent = std::chrono::nanoseconds::max();
  for (int i = 0; i < 3; ++i) {
    sleep(1ms);
    const auto before = cpu_time();
    sleep(300ms);
    spent = std::min<std::chrono::nanoseconds>(spent, cpu_time() - before);
  }
  BOOST_TEST((spent < (kSanitized || test::on_valgrind() ? 10ms : 1ms)),
             "spent " << spent.count() / 1000 << " us in 300 ms");
}

// ---- threads ----

BOOST_AUTO_TEST_CASE(every_thread_has_its_own_hub) {
  Hub* const mine = &Hub::current();
  Hub* before = mine;
  Hub* theirs = mine;
  std::string name;
  on_thread([&] {
    before = Hub::current_if_any();
    theirs = &Hub::current();
    name = gnet::this_fiber::name();
  });
  BOOST_TEST(before == nullptr);
  BOOST_TEST(theirs != mine);
  BOOST_TEST(name == "main");
  BOOST_TEST(&Hub::current() == mine);
}

BOOST_AUTO_TEST_CASE(hubs_run_side_by_side) {
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      std::vector<gnet::Fiber<int>> fibers;
      for (int i = 1; i <= 50; ++i) {
        fibers.push_back(spawn([i] {
          sleep(std::chrono::microseconds(i * 10));
          yield();
          return i;
        }));
      }
      for (auto& fiber : fibers) sum += fiber.get();
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(sum == 4 * 1275);
}

BOOST_AUTO_TEST_CASE(what_belongs_to_a_hub_is_refused_on_other_threads) {
  Hub& mine = Hub::current();
  gnet::Event event;
  int refused = 0;
  on_thread([&] {
    refused += throws<gnet::Misuse>([&] { mine.check_thread(); });
    refused += throws<gnet::Misuse>([&] { mine.defer([] {}); });
    refused += throws<gnet::Misuse>([&] { static_cast<void>(mine.io_context()); });
    refused += throws<gnet::Misuse>([&] { mine.wait_idle(1ms); });
    refused += throws<gnet::Misuse>([&] { event.set(); });
    refused += throws<gnet::Misuse>([&] { event.wait(); });
  });
  BOOST_TEST(refused == 6);
}

BOOST_AUTO_TEST_CASE(when_a_thread_ends_its_fibers_unwind) {
  int destroyed = 0;
  int ran_on = 0;
  gnet::Duration took{};
  on_thread([&] {
    static thread_local gnet::Event never;
    for (int i = 0; i < 10; ++i) {
      spawn([&] {
        const Sentinel outer(destroyed);
        auto deeper = [&] {
          const Sentinel inner(destroyed);
          never.wait();
          ++ran_on;
        };
        deeper();
      });
      spawn([&, i] {
        const Sentinel sentinel(destroyed);
        if (i % 2 == 0) sleep(10s);
        for (;;) yield();
      });
    }
    let_run();
  });
  const auto start = gnet::Clock::now();
  on_thread([&] {
    spawn([] { sleep(10s); });
    yield();
  });
  took = since(start);
  BOOST_TEST(destroyed == 30);
  BOOST_TEST(ran_on == 0);
  BOOST_TEST((took < 1s));
}

BOOST_AUTO_TEST_CASE(fibers_may_clean_up_when_their_thread_ends) {
  std::string trace;
  on_thread([&] {
    spawn([&] {
      try {
        sleep(10s);
      } catch (const gnet::FiberExit&) {
        trace += "caught ";
        sleep(5ms);
        spawn([&] { trace += "spawned "; }).join();
        trace += "cleaned up";
        throw;
      }
    });
    yield();
  });
  // What was spawned meanwhile is killed, or ran: both are fine, it must not hang.
  BOOST_TEST(trace.find("caught ") == 0U);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_thread_strikes_a_fiber_once) {
  int struck = 0;
  std::string trace;
  LogLines log;
  on_thread([&] {
    const auto late_one_is_done = std::make_shared<Event>();
    spawn([&, late_one_is_done] {
      try {
        sleep(10s);
      } catch (const gnet::FiberExit&) {
        ++struck;
        try {
          late_one_is_done->wait();  // a clean-up
          trace += "cleaned up";
        } catch (const gnet::FiberExit&) {
          ++struck;
        }
      }
    });
    // Those that come meanwhile are struck too, once.
    spawn([&, late_one_is_done] {
      try {
        sleep(10s);
      } catch (const gnet::FiberExit&) {
        spawn([&, late_one_is_done] {
          try {
            sleep(10s);
          } catch (const gnet::FiberExit&) {
            ++struck;
            sleep(20ms);
            trace += "late one too, ";
            late_one_is_done->set();
          }
        }).join();
      }
    });
    yield();
  });
  BOOST_TEST(struck == 2);
  BOOST_TEST(trace == "late one too, cleaned up");
  BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_CASE(what_the_end_of_a_thread_cuts_is_reported) {
  LogLines log;
  const auto start = gnet::Clock::now();
  on_thread([&] {
#if defined(GNET_ASAN)
    const __lsan::ScopedDisabler leaks;  // a stack that is not unwound stays, with its hub's pool
#endif
    spawn({.name = "stubborn"}, [] {
      gnet::Event never;
      for (;;) {
        try {
          never.wait();
        } catch (const gnet::FiberExit&) {
          // Goes on.
        }
      }
    });
    yield();
  });
  BOOST_TEST((since(start) < 1s));  // nothing can end it any more
  BOOST_TEST(log.text().find("1 fiber did not end when its thread did:\n  stubborn") == 0u);
}

BOOST_AUTO_TEST_CASE(scheduled_fibers_and_callbacks_never_run_after_their_thread_ended) {
  int destroyed = 0;
  bool ran = false;
  on_thread([&] {
    auto kept = std::make_shared<gnet::Fiber<>>();
    *kept = gnet::Fiber<>::create([&ran, s = Sentinel(destroyed)] { ran = true; });
    // The first holds what the second is: ending one ends the other.
    spawn([&ran, kept, s = Sentinel(destroyed)] { ran = true; });
    kept.reset();
    spawn([&ran, s = Sentinel(destroyed)] { ran = true; });
    gnet::spawn_later(1ms, [&ran, s = Sentinel(destroyed)] { ran = true; });
  });
  BOOST_TEST(!ran);
  BOOST_TEST(destroyed == 4);
}

BOOST_AUTO_TEST_CASE(callbacks_left_when_a_thread_ends_are_destroyed) {
  int destroyed = 0;
  on_thread([&] {
    Hub::current().defer([s = Sentinel(destroyed)] {});
    Hub::current().post([s = Sentinel(destroyed)] {});
  });
  BOOST_TEST(destroyed == 2);
}

BOOST_AUTO_TEST_CASE(a_hub_that_has_ended_is_not_made_again) {
  bool refused = false;
  struct Late {
    bool* refused = nullptr;
    ~Late() {
      if (refused != nullptr) *refused = throws<gnet::Misuse>([] { yield(); });
    }
  };
  on_thread([&] {
    // Made before the hub, it goes after it.
    static thread_local Late late;
    late.refused = &refused;
    yield();
  });
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(posts_from_many_threads_all_arrive_in_order) {
  constexpr int kThreads = 4;
  const int posts = kSanitized ? 500 : 5'000;
  Hub& hub = Hub::current();
  std::vector<int> next(kThreads, 0);
  int arrived = 0;
  bool in_order = true;
  gnet::Event all;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < posts; ++i) {
        hub.post([&, t, i] {
          auto& expected = next[static_cast<std::size_t>(t)];
          in_order = in_order && expected++ == i;
          if (++arrived == kThreads * posts) all.set();
        });
        if (i % 100 == 0) std::this_thread::sleep_for(100us);
      }
    });
  }
  const bool set = all.wait(30s);
  for (auto& thread : threads) thread.join();
  BOOST_TEST(set);
  BOOST_TEST(in_order);
}

BOOST_AUTO_TEST_CASE(a_post_wakes_a_sleeping_hub) {
  gnet::Event event;
  Hub& hub = Hub::current();
  for (int i = 0; i < 20; ++i) {
    std::thread poster([&] {
      std::this_thread::sleep_for(1ms);
      hub.post([&] { event.set(); });
    });
    const auto start = gnet::Clock::now();
    BOOST_REQUIRE(event.wait(10s));
    BOOST_TEST((since(start) < 5s));
    poster.join();
    event.clear();
  }
}

BOOST_AUTO_TEST_CASE(external_work_keeps_a_hub_waiting) {
  gnet::Event event;
  Hub& hub = Hub::current();
  const Hub::KeepAlive working(hub);
  std::thread poster([&] {
    std::this_thread::sleep_for(5ms);
    hub.post([&] { event.set(); });
  });
  event.wait();  // no LoopExit
  poster.join();
  BOOST_TEST(event.is_set());
}

// ---- wait_idle ----

BOOST_AUTO_TEST_CASE(wait_returns_when_nothing_is_left_to_do) {
  for (int i = 0; i < 3; ++i) {
    bool ran = false;
    spawn([&] {
      sleep(2ms);
      spawn([&] { ran = true; });
    });
    BOOST_TEST(gnet::wait());
    BOOST_TEST(ran);
    BOOST_TEST(gnet::wait());
  }
}

BOOST_AUTO_TEST_CASE(wait_leaves_fibers_that_wait_for_ever) {
  gnet::Event event;
  auto fiber = spawn([&] { event.wait(); });
  BOOST_TEST(gnet::wait());
  BOOST_TEST(fiber.active());
  event.set();
  BOOST_TEST(gnet::wait());
  BOOST_TEST(fiber.ready());
}

BOOST_AUTO_TEST_CASE(wait_gives_up_at_its_deadline) {
  auto later = gnet::spawn_later(10s, [] {});
  const auto start = gnet::Clock::now();
  BOOST_TEST(!gnet::wait(10ms));
  BOOST_TEST((since(start) >= 10ms));
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(!later.ready());
  later.kill();
  BOOST_TEST(gnet::wait());
}

BOOST_AUTO_TEST_CASE(the_deadline_of_wait_is_nothing_to_wait_for) {
  const auto start = gnet::Clock::now();
  BOOST_TEST(gnet::wait(10s));
  BOOST_TEST((since(start) < 5s));
  auto other = spawn([] { return gnet::wait(10s); });
  BOOST_TEST(other.get());
  BOOST_TEST((since(start) < 5s));
}

BOOST_AUTO_TEST_CASE(several_fibers_may_wait_for_the_end_of_everything_else) {
  auto one = spawn([] { return gnet::wait(); });
  auto two = spawn([] { return gnet::wait(); });
  sleep(2ms);
  BOOST_TEST(gnet::wait());
  BOOST_TEST(one.get());
  BOOST_TEST(two.get());
}

BOOST_AUTO_TEST_CASE(wait_can_be_interrupted) {
  auto later = gnet::spawn_later(10s, [] {});
  auto waiting = spawn([] { gnet::wait(); });
  yield();
  waiting.kill();
  BOOST_TEST(waiting.was_killed());
  later.kill();
  BOOST_TEST(gnet::wait());
}

BOOST_AUTO_TEST_CASE(what_is_to_be_done_at_its_end_may_suspend_and_comes_last_made_first) {
  std::string story;
  std::thread([&] {
    thread_local std::optional<gnet::Hub::AtEnd> first;
    thread_local std::optional<gnet::Hub::AtEnd> second;
    thread_local std::optional<gnet::Hub::AtEnd> taken_back;
    first.reset(), second.reset(), taken_back.reset();
    auto& hub = gnet::Hub::current();
    static gnet::Fiber<> helper;
    helper = gnet::spawn([&] {
      try {
        gnet::sleep(1h);
      } catch (const gnet::FiberExit&) {
        story += "killed ";
        throw;
      }
    });
    first.emplace(hub, [&] {
      gnet::sleep(1ms);
      helper.kill();
      helper = {};
      story += "first ";
    });
    second.emplace(hub, [&] { story += "second "; });
    taken_back.emplace(hub, [&] { story += "taken back "; });
    taken_back.reset();
    gnet::yield();
  }).join();
  BOOST_TEST(story == "second killed first ");
}

BOOST_AUTO_TEST_CASE(what_belonged_to_it_may_be_closed_after_its_end) {
  static std::string story;
  story.clear();
  struct Late {
    ~Late() {
      if (!event) return;
      story += gnet::Hub::ended() ? "ended " : "alive ";
      event->set();
      queue->close();
      group->kill();
      fiber.kill();
      fiber.join();
      try {
        event->clear();
        static_cast<void>(event->wait(1ms));
      } catch (const gnet::Misuse& error) {
        story += error.what();
      }
    }
    std::optional<gnet::Event> event;
    std::optional<gnet::Queue<int>> queue;
    std::optional<gnet::Group> group;
    gnet::Fiber<> fiber;
  };
  BOOST_TEST(!gnet::Hub::ended());
  std::thread([] {
    thread_local Late late;
    late.event.emplace();
    late.queue.emplace();
    late.group.emplace();
    late.group->spawn([] { gnet::sleep(1h); });
    late.fiber = gnet::spawn([] { late.event->wait(); });
    gnet::yield();
  }).join();
  BOOST_TEST(
      story ==
      "ended used after its thread's hub has ended, as by the destructor of a static object");
}

BOOST_AUTO_TEST_SUITE_END()
