#include "gnet/fiber/fiber.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/hub.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(fiber)

using namespace test;
using gnet::Fiber;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

// ---- state ----

BOOST_AUTO_TEST_CASE(an_unstarted_fiber_is_nothing_yet) {
  auto fiber = Fiber<int>::create([] { return 1; });
  BOOST_TEST(!fiber.active());
  BOOST_TEST(!fiber.dead());
  BOOST_TEST(!fiber.ready());
  BOOST_TEST(!fiber.successful());
  BOOST_TEST(fiber.value() == nullptr);
  BOOST_TEST(!fiber.exception());
  BOOST_TEST((fiber.state() == gnet::FiberState::created));
}

BOOST_AUTO_TEST_CASE(a_started_fiber_is_active_and_has_not_run) {
  bool ran = false;
  auto fiber = Fiber<>::create([&] { ran = true; });
  fiber.start();
  BOOST_TEST(fiber.active());
  BOOST_TEST(!fiber.ready());
  BOOST_TEST(!ran);
  BOOST_TEST((fiber.state() == gnet::FiberState::scheduled));
  fiber.join();
  BOOST_TEST(ran);
  BOOST_TEST(!fiber.active());
}

BOOST_AUTO_TEST_CASE(a_running_fiber_sees_itself_running) {
  Fiber<> fiber;
  bool dead = true;
  auto state = gnet::FiberState::created;
  fiber = spawn([&] {
    dead = fiber.dead();
    state = fiber.state();
  });
  fiber.join();
  BOOST_TEST(!dead);
  BOOST_TEST((state == gnet::FiberState::running));
}

BOOST_AUTO_TEST_CASE(a_suspended_fiber_waits) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  BOOST_TEST((fiber.state() == gnet::FiberState::waiting));
  fiber.kill();
  BOOST_TEST((fiber.state() == gnet::FiberState::finished));
}

BOOST_AUTO_TEST_CASE(states_have_names) {
  using gnet::FiberState;
  BOOST_TEST(gnet::to_string(FiberState::created) == std::string("created"));
  BOOST_TEST(gnet::to_string(FiberState::scheduled) == std::string("scheduled"));
  BOOST_TEST(gnet::to_string(FiberState::running) == std::string("running"));
  BOOST_TEST(gnet::to_string(FiberState::waiting) == std::string("waiting"));
  BOOST_TEST(gnet::to_string(FiberState::finished) == std::string("finished"));
}

BOOST_AUTO_TEST_CASE(starting_again_does_not_run_it_again) {
  int runs = 0;
  auto fiber = Fiber<>::create([&] {
    ++runs;
    yield();
  });
  fiber.start();
  fiber.start();
  yield();
  fiber.start();
  fiber.join();
  fiber.start();
  let_run();
  BOOST_TEST(runs == 1);
}

// ---- results ----

BOOST_AUTO_TEST_CASE(get_returns_the_value_each_time) {
  auto fiber = spawn([] { return std::string("forty-two"); });
  BOOST_TEST(fiber.get() == "forty-two");
  BOOST_TEST(fiber.get() == "forty-two");
  BOOST_TEST(*fiber.value() == "forty-two");
  BOOST_TEST(fiber.successful());
  BOOST_TEST(!fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(get_of_a_temporary_moves_the_value_out) {
  auto fiber = spawn([] { return std::make_unique<int>(7); });
  BOOST_TEST(*std::move(fiber).get() == 7);
}

BOOST_AUTO_TEST_CASE(a_result_needs_no_default) {
  struct Bare {
    explicit Bare(int n) : number(n) {}
    int number;
  };
  BOOST_TEST(spawn([] { return Bare(3); }).get().number == 3);
}

BOOST_AUTO_TEST_CASE(a_fiber_without_a_result_can_be_got) {
  auto fiber = spawn([] {});
  fiber.get();
  BOOST_TEST(fiber.value() != nullptr);
}

BOOST_AUTO_TEST_CASE(get_throws_the_same_error_each_time) {
  auto fiber = spawn([]() -> int { throw Oops(17); });
  const std::exception* first = nullptr;
  for (int i = 0; i < 3; ++i) {
    try {
      fiber.get();
      BOOST_FAIL("no error");
    } catch (const Oops& error) {
      BOOST_TEST(error.code == 17);
      if (first == nullptr) first = &error;
      BOOST_TEST(&error == first);
    }
  }
  BOOST_TEST(fiber.dead());
  BOOST_TEST(fiber.ready());
  BOOST_TEST(!fiber.successful());
  BOOST_TEST(fiber.value() == nullptr);
  BOOST_TEST(static_cast<bool>(fiber.exception()));
}

BOOST_AUTO_TEST_CASE(anything_can_be_thrown_out_of_a_fiber) {
  auto fiber = spawn([] { throw 42; });
  BOOST_CHECK_EXCEPTION(fiber.get(), int, [](int thrown) { return thrown == 42; });
}

BOOST_AUTO_TEST_CASE(get_of_a_killed_fiber_throws_fiber_killed) {
  gnet::SpawnOptions options;
  options.name = "victim";
  auto fiber = spawn(options, [] {
    sleep(10s);
    return 1;
  });
  yield();
  fiber.kill();
  BOOST_CHECK_EXCEPTION(fiber.get(), gnet::FiberKilled, [](const auto& error) {
    return std::string(error.what()) == "victim was killed";
  });
  BOOST_TEST(fiber.successful());
  BOOST_TEST(fiber.was_killed());
  BOOST_TEST(!fiber.exception());
}

BOOST_AUTO_TEST_CASE(get_gives_up_at_its_deadline) {
  auto fiber = spawn([] { sleep(10s); });
  const auto start = gnet::Clock::now();
  BOOST_CHECK_THROW(fiber.get(10ms), gnet::TimedOut);
  BOOST_TEST((since(start) >= 10ms));
  BOOST_CHECK_THROW(fiber.get(0ms), gnet::TimedOut);
  BOOST_TEST(fiber.active());
  fiber.kill();
}

BOOST_AUTO_TEST_CASE(get_before_its_deadline_returns_the_value) {
  auto fiber = spawn([] {
    yield();
    return 5;
  });
  BOOST_TEST(fiber.get(10s) == 5);
}

// ---- order ----

BOOST_AUTO_TEST_CASE(a_spawned_fiber_runs_when_the_caller_suspends) {
  bool ran = false;
  auto fiber = spawn([&] { ran = true; });
  burn(1ms);
  BOOST_TEST(!ran);
  yield();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(fibers_first_run_in_the_order_of_their_spawns) {
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) spawn([&order, i] { order.push_back(i); });
  BOOST_TEST(gnet::wait());
  BOOST_REQUIRE(order.size() == 1000);
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(order[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(yielding_fibers_take_turns) {
  std::string trace;
  auto steps = [&](char who) {
    return [&trace, who] {
      for (char step : {'A', 'B', 'C'}) {
        trace += who;
        trace += step;
        trace += ' ';
        yield();
      }
    };
  };
  auto one = spawn(steps('1'));
  auto two = spawn(steps('2'));
  one.join();
  two.join();
  BOOST_TEST(trace == "1A 2A 1B 2B 1C 2C ");
}

BOOST_AUTO_TEST_CASE(sleeping_zero_or_less_yields) {
  std::string trace;
  auto one = spawn([&] {
    trace += "1A ";
    sleep(0s);
    trace += "1B ";
    sleep(-5s);
    trace += "1C ";
  });
  auto two = spawn([&] {
    trace += "2A ";
    sleep(0s);
    trace += "2B ";
  });
  one.join();
  BOOST_TEST(trace == "1A 2A 1B 2B 1C ");
}

BOOST_AUTO_TEST_CASE(a_fiber_spawned_by_one_that_ends_at_once_still_runs) {
  bool ran = false;
  spawn([&] { spawn([&] { ran = true; }); });
  gnet::wait();
  BOOST_TEST(ran);
}

// ---- spawn_later ----

BOOST_AUTO_TEST_CASE(spawn_later_runs_after_its_delay) {
  const auto start = gnet::Clock::now();
  gnet::Duration ran_after{};
  auto fiber = gnet::spawn_later(20ms, [&] { ran_after = since(start); });
  BOOST_TEST(fiber.active());
  yield();
  BOOST_TEST(!fiber.ready());
  fiber.join();
  BOOST_TEST((ran_after >= 20ms));
}

BOOST_AUTO_TEST_CASE(spawn_later_runs_while_its_maker_sleeps) {
  std::vector<int> order;
  gnet::spawn_later(20ms, [&] { order.push_back(2); });
  gnet::spawn_later(10ms, [&] { order.push_back(1); });
  gnet::spawn_later(0ms, [&] { order.push_back(0); });
  BOOST_TEST(order.empty());
  sleep(60ms);
  BOOST_TEST(order == (std::vector{0, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(killed_before_its_delay_it_never_runs) {
  bool ran = false;
  auto fiber = gnet::spawn_later(10ms, [&] { ran = true; });
  fiber.kill();
  BOOST_TEST(fiber.dead());
  sleep(20ms);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(started_before_its_delay_it_runs_once) {
  int runs = 0;
  auto fiber = gnet::spawn_later(10ms, [&] { ++runs; });
  fiber.start();
  fiber.join();
  sleep(20ms);
  BOOST_TEST(runs == 1);
}

// ---- ownership ----

BOOST_AUTO_TEST_CASE(dropping_the_handle_lets_the_fiber_run_on) {
  bool ran = false;
  {
    auto fiber = spawn([&] { ran = true; });
  }
  {
    auto fiber = gnet::spawn_later(0ms, [&] { yield(); });
  }
  gnet::wait();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(dropping_the_handle_of_a_created_fiber_drops_the_fiber) {
  int destroyed = 0;
  bool ran = false;
  const auto before = gnet::detail::Scheduler::current().fiber_count();
  {
    auto fiber = Fiber<>::create([&ran, s = Sentinel(destroyed)] { ran = true; });
  }
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == before);
  let_run();
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(captures_go_when_the_body_ends_though_the_handle_stays) {
  int destroyed = 0;
  auto fiber = spawn([s = Sentinel(destroyed)] { yield(); });
  yield();
  BOOST_TEST(destroyed == 0);
  fiber.join();
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(captures_go_when_it_is_killed_before_it_ran) {
  int destroyed = 0;
  auto fiber = spawn([s = Sentinel(destroyed)] {});
  fiber.kill();
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(captures_may_suspend_when_they_go) {
  // Also when a kill is pending: the body has ended, there is nothing to interrupt.
  struct Lingering {
    explicit Lingering(bool& done) : done(&done) {}
    Lingering(Lingering&& other) noexcept : done(std::exchange(other.done, nullptr)) {}
    Lingering& operator=(Lingering&&) = delete;
    ~Lingering() {
      if (done == nullptr) return;
      sleep(5ms);
      *done = true;
    }
    bool* done;
  };
  bool done = false;
  auto fiber = spawn([l = Lingering(done)] {});
  yield();
  BOOST_TEST(!done);
  fiber.kill();
  BOOST_TEST(done);
  BOOST_TEST(!fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(captures_may_hold_other_fibers_and_their_own_killer) {
  Fiber<> outer;
  auto kill_outer = [&outer](int*) { outer.kill_async(); };
  bool ran = false;
  {
    auto inner = Fiber<>::create([&] { ran = true; });
    outer = spawn(
        [&ran, inner = std::move(inner),
         guard = std::unique_ptr<int, decltype(kill_outer)>(nullptr, kill_outer)] { ran = true; });
  }
  int destroyed = 0;
  auto own = std::make_shared<Fiber<>>();
  *own = spawn([own, s = Sentinel(destroyed)] {});
  own->kill();
  own.reset();
  outer.kill();
  BOOST_TEST(outer.was_killed());
  gnet::wait();
  BOOST_TEST(!ran);
  BOOST_TEST(destroyed == 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_copied_in_costs_no_fiber) {
  struct Refuses {
    Refuses() = default;
    Refuses(const Refuses&) { throw Oops(1); }
    void operator()() const {}
  };
  const Refuses body;
  const auto before = gnet::detail::Scheduler::current().fiber_count();
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE_THROW(spawn(body), Oops);
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == before);
}

// ---- errors ----

BOOST_AUTO_TEST_CASE(an_error_nobody_retrieves_is_reported_once_with_the_spawn_site) {
  Reports reports;
  const int line = __LINE__ + 1;
  spawn([] { throw Oops(5); });
  gnet::wait();
  BOOST_REQUIRE(reports.all.size() == 1);
  BOOST_TEST(reports.all[0].error == "oops 5");
  BOOST_TEST(reports.all[0].fiber.find("fiber-") == 0);
  BOOST_TEST(reports.all[0].fiber.find("fiber_test.cpp:" + std::to_string(line)) !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_report_names_the_fiber) {
  Reports reports;
  spawn({.name = "worker 7"}, [] { throw Oops(5); });
  gnet::wait();
  BOOST_REQUIRE(reports.all.size() == 1);
  BOOST_TEST(reports.all[0].fiber.find("worker 7 (") == 0);
}

BOOST_AUTO_TEST_CASE(an_error_is_reported_when_the_last_handle_goes) {
  Reports reports;
  {
    auto fiber = spawn([] { throw Oops(5); });
    fiber.join();
    BOOST_TEST(reports.all.empty());
  }
  BOOST_TEST(reports.all.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_retrieved_error_is_not_reported) {
  Reports reports;
  {
    auto got = spawn([] { throw Oops(1); });
    BOOST_CHECK_THROW(got.get(), Oops);
    auto looked_at = spawn([] { throw Oops(2); });
    looked_at.join();
    BOOST_TEST(static_cast<bool>(looked_at.exception()));
  }
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(death_by_kill_is_not_reported) {
  Reports reports;
  {
    auto fiber = spawn([] { sleep(10s); });
    yield();
    fiber.kill();
    spawn([] { gnet::this_fiber::exit(); }).join();
    spawn([] { throw gnet::FiberExit{}; }).join();
  }
  BOOST_TEST(reports.all.empty());
}

BOOST_AUTO_TEST_CASE(without_a_handler_reports_are_logged) {
  LogLines log;
  spawn({.name = "unlucky"}, [] { throw Oops(9); });
  gnet::wait();
  BOOST_TEST(log.text().find("unlucky (spawned at fiber_test.cpp:") != std::string::npos);
  BOOST_TEST(log.text().find("oops 9") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_kill_is_no_std_exception) {
  bool swallowed = false;
  bool seen = false;
  auto fiber = spawn([&] {
    try {
      sleep(10s);
    } catch (const std::exception&) {
      swallowed = true;
    } catch (const gnet::FiberExit&) {
      seen = true;
      throw;
    }
  });
  yield();
  fiber.kill();
  BOOST_TEST(!swallowed);
  BOOST_TEST(seen);
}

// ---- time ----

BOOST_AUTO_TEST_CASE(sleep_lasts_at_least_its_time) {
  for (const auto time : {gnet::Duration(100us), gnet::Duration(1ms), gnet::Duration(15ms)}) {
    const auto start = gnet::Clock::now();
    sleep(time);
    BOOST_TEST((since(start) >= time));
  }
}

BOOST_AUTO_TEST_CASE(sleep_counts_from_its_call_though_the_thread_was_busy) {
  auto fiber = spawn([] { burn(10ms); });
  const auto start = gnet::Clock::now();
  sleep(5ms);
  BOOST_TEST((since(start) >= 10ms));
  burn(10ms);
  const auto second = gnet::Clock::now();
  sleep(5ms);
  BOOST_TEST((since(second) >= 5ms));
  BOOST_TEST((since(second) < 500ms));
}

BOOST_AUTO_TEST_CASE(sleepers_wake_in_the_order_of_their_times) {
  std::vector<int> order;
  for (int i : {3, 1, 2, 0}) {
    spawn([&order, i] {
      sleep(i * 10ms + 1ms);
      order.push_back(i);
    });
  }
  gnet::wait();
  BOOST_TEST(order == (std::vector{0, 1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sleeping_for_ever_ends_by_an_interrupt) {
  auto fiber = spawn([] { sleep(gnet::Duration::max()); });
  yield();
  BOOST_TEST((fiber.state() == gnet::FiberState::waiting));
  fiber.kill();
  BOOST_TEST(fiber.was_killed());
}

// ---- the running fiber ----

BOOST_AUTO_TEST_CASE(main_is_a_fiber) {
  BOOST_TEST(gnet::this_fiber::name() == "main");
  BOOST_TEST(gnet::this_fiber::id() == 0U);
}

BOOST_AUTO_TEST_CASE(a_fiber_knows_its_name_and_number) {
  std::string name;
  std::uint64_t id = 0;
  auto fiber = spawn([&] {
    name = gnet::this_fiber::name();
    id = gnet::this_fiber::id();
    gnet::this_fiber::set_name("renamed");
  });
  BOOST_TEST(fiber.name() == "fiber-" + std::to_string(fiber.id()));
  const auto default_name = fiber.name();
  fiber.join();
  BOOST_TEST(name == default_name);
  BOOST_TEST(id == fiber.id());
  BOOST_TEST(fiber.name() == "renamed");
  fiber.set_name("again");
  BOOST_TEST(fiber.name() == "again");
}

BOOST_AUTO_TEST_CASE(a_fiber_knows_where_it_was_spawned) {
  auto fiber = spawn([] {});
  BOOST_TEST(fiber.spawned_at().line() == __LINE__ - 1);
  BOOST_TEST(std::string(fiber.spawned_at().file_name()).ends_with("fiber_test.cpp"));
}

BOOST_AUTO_TEST_CASE(exit_unwinds_and_ends_the_fiber) {
  int destroyed = 0;
  bool went_on = false;
  auto fiber = spawn([&] {
    const Sentinel sentinel(destroyed);
    gnet::this_fiber::exit();
    went_on = true;
  });
  fiber.join();
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(!went_on);
  BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(checkpoint_lets_others_run_after_its_share) {
  bool other_ran = false;
  auto computing = spawn([&] {
    const auto start = gnet::Clock::now();
    while (!other_ran && since(start) < 2s) gnet::checkpoint();
  });
  auto other = spawn([&] { other_ran = true; });
  computing.join();
  BOOST_TEST(other_ran);
}

BOOST_AUTO_TEST_CASE(checkpoint_lets_timers_fire_after_its_share) {
  bool slept = false;
  int shares = 0;
  auto sleeper = spawn([&] {
    gnet::sleep(1ms);
    slept = true;
  });
  auto counting = spawn([&] {
    while (!slept) {
      ++shares;
      gnet::yield();
    }
  });
  gnet::yield();
  while (!slept) gnet::checkpoint();
  counting.join();
  sleeper.join();
  BOOST_TEST(shares <= 5);
}

BOOST_AUTO_TEST_CASE(checkpoint_throws_a_pending_interrupt) {
  bool went_on = false;
  auto fiber = spawn([&] {
    gnet::Timeout limit(0s);
    gnet::checkpoint();
    went_on = true;
  });
  BOOST_CHECK_THROW(fiber.get(), gnet::Timeout);
  BOOST_TEST(!went_on);
}

BOOST_AUTO_TEST_CASE(a_larger_stack_holds_more) {
  int sum = 0;
  auto fiber = spawn({.stack_size = 8 * 1024 * 1024}, [&] {
    volatile char large[4 * 1024 * 1024];
    large[0] = 1;
    large[sizeof large - 1] = 2;
    yield();
    sum = large[0] + large[sizeof large - 1];
  });
  fiber.join();
  BOOST_TEST(sum == 3);
}

BOOST_AUTO_TEST_CASE(large_captures_are_held_and_aligned) {
  struct alignas(256) Block {
    unsigned char bytes[2048];
  };
  Block block{};
  block.bytes[2047] = 9;
  auto fiber = spawn([block] {
    yield();
    return reinterpret_cast<std::uintptr_t>(&block) % 256 == 0 ? block.bytes[2047] : 0;
  });
  BOOST_TEST(fiber.get() == 9);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_fibers_exist_at_once) {
  const int count = kSanitized ? 2'000 : 100'000;
  gnet::Event go;
  int woken = 0;
  for (int i = 0; i < count; ++i) {
    spawn([&] {
      go.wait();
      ++woken;
    });
  }
  yield();
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() >= static_cast<std::size_t>(count));
  go.set();
  gnet::wait();
  BOOST_TEST(woken == count);
}

BOOST_AUTO_TEST_CASE(one_that_is_to_start_later_has_been_started) {
  int runs = 0;
  auto fiber = gnet::spawn_later(20ms, [&] { ++runs; });
  BOOST_TEST(fiber.active());
  BOOST_TEST(!fiber.ready());
  const auto start = gnet::Clock::now();
  fiber.start();
  let_run();
  BOOST_TEST(runs == 0);
  BOOST_TEST(fiber.active());
  fiber.join();
  BOOST_TEST((since(start) >= 15ms));
  BOOST_TEST(runs == 1);
  BOOST_TEST(!fiber.active());
  // Nor does a handle that goes, or a kill, change that.
  gnet::spawn_later(1ms, [&] { ++runs; });
  auto killed = gnet::spawn_later(1ms, [&] { ++runs; });
  killed.kill();
  BOOST_TEST(!killed.active());
  killed.start();
  gnet::sleep(5ms);
  BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(waits_beyond_the_clock_do_not_end) {
  bool ran = false;
  auto later = gnet::spawn_later(std::chrono::hours::max(), [&] { ran = true; });
  auto sleeper = spawn([&] {
    gnet::sleep(std::chrono::hours::max());
    ran = true;
  });
  BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] {
    gnet::sleep(std::chrono::duration<double>(1e30));
    ran = true;
  }));
  BOOST_TEST(!sleeper.join(std::chrono::milliseconds(1)));
  BOOST_TEST(!ran);
  BOOST_TEST(later.active());
  later.kill();
  sleeper.kill();
  gnet::sleep(std::chrono::hours::min());
  gnet::sleep(std::chrono::duration<double>(std::nan("")));
}

BOOST_AUTO_TEST_CASE(a_deadline_of_get_ends_with_an_ordinary_error) {
  auto fiber = gnet::spawn({.name = "slow"}, [] { gnet::sleep(1h); });
  BOOST_CHECK_EXCEPTION(fiber.get(2ms), std::system_error, [](const std::system_error& error) {
    return error.code() == std::errc::timed_out &&
           std::string(error.what()).starts_with("slow (spawned at fiber_test.cpp:") &&
           std::string(error.what()).find(") has not ended: timed out after ") != std::string::npos;
  });
  fiber.kill();
}

BOOST_AUTO_TEST_CASE(an_empty_function_is_refused_at_once) {
  const std::function<void()> empty;
  void (*const nobody)() = nullptr;
  BOOST_CHECK_THROW(gnet::spawn(empty), gnet::Misuse);
  BOOST_CHECK_THROW(gnet::spawn(nobody), gnet::Misuse);
  BOOST_CHECK_THROW(gnet::spawn(gnet::UniqueFunction<void()>()), gnet::Misuse);
  BOOST_CHECK_THROW(gnet::spawn_later(1ms, empty), gnet::Misuse);
  BOOST_CHECK_THROW(static_cast<void>(gnet::Fiber<>::create(empty)), gnet::Misuse);
  BOOST_CHECK_THROW(gnet::Hub::current().defer(empty), gnet::Misuse);
  BOOST_CHECK_THROW(gnet::Hub::current().post(empty), gnet::Misuse);
  auto fiber = gnet::spawn([] {});
  BOOST_CHECK_THROW(fiber.link(gnet::AnyFiber::Link()), gnet::Misuse);
  fiber.join();
}

template <typename T>
constexpr bool can_be_spawned = requires(T function) {
  gnet::spawn(function);
};
template <typename T>
constexpr bool can_be_created = requires(T function) {
  gnet::Fiber<>::create(function);
};
static_assert(can_be_spawned<void (*)()> && !can_be_spawned<int>);
static_assert(can_be_created<void (*)()> && !can_be_created<int>);
static_assert(!can_be_spawned<void (*)(int)>);

BOOST_AUTO_TEST_CASE(the_running_fiber_has_a_handle) {
  gnet::AnyFiber self;
  auto fiber = gnet::spawn([&] {
    self = gnet::this_fiber::handle();
    gnet::sleep(1h);
  });
  gnet::yield();
  BOOST_TEST(self.id() == fiber.id());
  self.kill();
  BOOST_TEST(fiber.was_killed());
  BOOST_TEST(gnet::this_fiber::handle().id() == gnet::this_fiber::id());
}

BOOST_AUTO_TEST_CASE(an_unreferenced_sleep_is_nothing_to_wait_for) {
  auto tidier = gnet::spawn([] {
    for (;;) gnet::sleep(1h, gnet::unreferenced);
  });
  gnet::yield();
  BOOST_TEST(gnet::wait(5s));
  BOOST_TEST(tidier.active());
  tidier.kill();
  gnet::sleep(1ms);
  auto short_one = gnet::spawn([] { gnet::sleep(1ms, gnet::unreferenced); });
  gnet::sleep(5ms);
  BOOST_TEST(short_one.dead());
}

BOOST_AUTO_TEST_SUITE_END()
