#include "gnet/fiber/any_fiber.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(any_fiber)

using namespace test;
using gnet::AnyFiber;
using gnet::Fiber;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

// ---- handles ----

BOOST_AUTO_TEST_CASE(an_empty_handle_is_false) {
  AnyFiber nothing;
  BOOST_TEST(!nothing);
  AnyFiber something = spawn([] {});
  BOOST_TEST(static_cast<bool>(something));
  nothing = std::move(something);
  BOOST_TEST(static_cast<bool>(nothing));
  BOOST_TEST(!something);  // NOLINT: what moving leaves behind is the question
}

BOOST_AUTO_TEST_CASE(handles_of_different_results_mix) {
  std::vector<AnyFiber> fibers;
  fibers.push_back(spawn([] { return 1; }));
  fibers.push_back(spawn([] { return std::string("two"); }));
  fibers.push_back(spawn([] {}));
  for (auto& fiber : fibers) fiber.join();
  for (const auto& fiber : fibers) BOOST_TEST(fiber.successful());
}

BOOST_AUTO_TEST_CASE(ids_differ) {
  auto one = spawn([] {});
  auto two = spawn([] {});
  BOOST_TEST(one.id() != two.id());
}

// ---- join ----

BOOST_AUTO_TEST_CASE(join_does_not_throw_the_error_of_the_fiber) {
  Reports reports;
  auto fiber = spawn([] { throw Oops(1); });
  fiber.join();
  BOOST_TEST(fiber.ready());
  BOOST_TEST(!fiber.successful());
  static_cast<void>(fiber.exception());
}

BOOST_AUTO_TEST_CASE(join_gives_up_at_its_deadline) {
  auto fiber = spawn([] { sleep(30ms); });
  const auto start = gnet::Clock::now();
  BOOST_TEST(!fiber.join(5ms));
  BOOST_TEST((since(start) >= 5ms));
  BOOST_TEST(!fiber.join(gnet::Deadline(-1s)));
  BOOST_TEST(fiber.join(10s));
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(fiber.join(0s));
}

BOOST_AUTO_TEST_CASE(joiners_wake_in_the_order_in_which_they_came) {
  std::vector<int> order;
  auto fiber = spawn([] { sleep(5ms); });
  std::vector<Fiber<>> joiners;
  for (int i = 0; i < 10; ++i) {
    joiners.push_back(spawn([&, i] {
      fiber.join();
      order.push_back(i);
    }));
  }
  for (auto& joiner : joiners) joiner.join();
  BOOST_TEST(order == (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interrupted_joiner_leaves_the_queue) {
  auto fiber = spawn([] { sleep(10ms); });
  auto joiner = spawn([&] { fiber.join(); });
  auto other = spawn([&] { fiber.join(); });
  yield();
  joiner.kill();
  BOOST_TEST(joiner.was_killed());
  other.join();
  BOOST_TEST(fiber.ready());
  BOOST_TEST(!other.was_killed());
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_passes_through_join_and_get) {
  auto fiber = spawn([] { sleep(10s); });
  for (int i = 0; i < 3; ++i) {
    gnet::Timeout outer(1ms);
    try {
      if (i == 0) static_cast<void>(fiber.join(10s));
      if (i == 1) fiber.get(10s);
      if (i == 2) fiber.join();
      BOOST_FAIL("not interrupted");
    } catch (const gnet::Timeout& fired) {
      BOOST_TEST((fired == outer));
    }
  }
  fiber.kill();
}

BOOST_AUTO_TEST_CASE(joining_oneself_is_misuse) {
  Fiber<> fiber;
  bool refused = false;
  fiber = spawn([&] { refused = throws<gnet::Misuse>([&] { fiber.join(); }); });
  fiber.join();
  BOOST_TEST(refused);
}

// ---- kill ----

BOOST_AUTO_TEST_CASE(killed_before_it_starts_it_never_runs) {
  for (const bool blocking : {true, false}) {
    bool ran = false;
    int links = 0;
    auto fiber = Fiber<>::create([&] { ran = true; });
    fiber.link([&](AnyFiber&) { ++links; });
    if (blocking) {
      fiber.kill();
    } else {
      fiber.kill_async();
    }
    BOOST_TEST(fiber.dead());
    BOOST_TEST(fiber.ready());
    BOOST_TEST(fiber.successful());
    BOOST_TEST(fiber.was_killed());
    BOOST_TEST(!fiber.active());
    fiber.kill();
    fiber.start();
    let_run();
    BOOST_TEST(!ran);
    BOOST_TEST(links == 1);
    BOOST_TEST(fiber.dead());
  }
}

BOOST_AUTO_TEST_CASE(killed_before_its_first_turn_it_never_runs) {
  bool ran = false;
  int links = 0;
  auto fiber = spawn([&] { ran = true; });
  fiber.link([&](AnyFiber&) { ++links; });
  fiber.kill();
  BOOST_TEST(fiber.was_killed());
  let_run();
  BOOST_TEST(!ran);
  BOOST_TEST(links == 1);
}

BOOST_AUTO_TEST_CASE(killed_before_its_first_turn_and_dropped_it_is_gone) {
  int destroyed = 0;
  const auto before = gnet::detail::Scheduler::current().fiber_count();
  {
    auto fiber = spawn([s = Sentinel(destroyed)] {});
    fiber.kill_async();
  }
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == before);
  let_run();
}

BOOST_AUTO_TEST_CASE(a_sleeping_fiber_dies_at_once) {
  bool went_on = false;
  int destroyed = 0;
  auto fiber = spawn([&] {
    const Sentinel sentinel(destroyed);
    sleep(10s);
    went_on = true;
  });
  yield();
  const auto start = gnet::Clock::now();
  fiber.kill();
  BOOST_TEST((since(start) < 1s));
  BOOST_TEST(fiber.dead());
  BOOST_TEST(destroyed == 1);
  let_run();
  BOOST_TEST(!went_on);
}

BOOST_AUTO_TEST_CASE(a_custom_exception_is_what_the_fiber_ends_with) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  const auto error = std::make_exception_ptr(Oops(3));
  fiber.kill(error);
  BOOST_TEST(!fiber.successful());
  BOOST_TEST(!fiber.was_killed());
  BOOST_TEST((fiber.exception() == error));
  BOOST_CHECK_THROW(fiber.get(), Oops);
}

BOOST_AUTO_TEST_CASE(anything_can_be_thrown_into_a_fiber) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  fiber.kill(std::make_exception_ptr(42));
  BOOST_TEST(!fiber.successful());
  BOOST_CHECK_THROW(fiber.get(), int);
}

BOOST_AUTO_TEST_CASE(a_custom_exception_kills_an_unstarted_fiber_with_an_error) {
  auto fiber = spawn([] {});
  fiber.kill(std::make_exception_ptr(Oops(4)));
  BOOST_TEST(!fiber.was_killed());
  BOOST_CHECK_THROW(fiber.get(), Oops);
}

BOOST_AUTO_TEST_CASE(a_fiber_exit_given_by_hand_is_an_ordinary_kill) {
  auto unstarted = spawn([] {});
  unstarted.kill(std::make_exception_ptr(gnet::FiberExit{}));
  auto sleeping = spawn([] { sleep(10s); });
  yield();
  sleeping.kill(std::make_exception_ptr(gnet::FiberExit{}));
  for (auto* fiber : {&unstarted, &sleeping}) {
    BOOST_TEST(fiber->was_killed());
    BOOST_TEST(fiber->successful());
  }
}

BOOST_AUTO_TEST_CASE(a_yielding_fiber_catches_the_very_exception_and_ends_well) {
  const auto error = std::make_exception_ptr(Oops(5));
  bool same = false;
  auto fiber = spawn([&] {
    try {
      for (;;) yield();
    } catch (const Oops&) {
      same = std::current_exception() == error;
    }
  });
  yield();
  fiber.kill(error);
  BOOST_TEST(same);
  BOOST_TEST(fiber.successful());
  BOOST_TEST(!fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(a_runnable_fiber_gets_the_interrupt_instead_of_its_resume) {
  gnet::Event event;
  bool resumed = false;
  bool interrupted = false;
  auto fiber = spawn([&] {
    try {
      event.wait();
      resumed = true;
    } catch (const gnet::FiberExit&) {
      interrupted = true;
      throw;
    }
  });
  yield();
  event.set();
  BOOST_TEST((fiber.state() == gnet::FiberState::scheduled));
  fiber.kill();
  BOOST_TEST(!resumed);
  BOOST_TEST(interrupted);
}

BOOST_AUTO_TEST_CASE(a_yielding_fiber_gets_the_interrupt_instead_of_its_resume) {
  int rounds = 0;
  auto fiber = spawn([&] {
    for (;; ++rounds) yield();
  });
  yield();
  const int before = rounds;
  fiber.kill();
  BOOST_TEST(rounds == before);
  BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(kill_waits_for_a_fiber_that_goes_on) {
  bool finished = false;
  auto fiber = spawn([&] {
    try {
      sleep(10s);
    } catch (const gnet::FiberExit&) {
      // Swallowed: it is delivered once.
    }
    sleep(10ms);
    finished = true;
  });
  yield();
  fiber.kill();
  BOOST_TEST(finished);
  BOOST_TEST(!fiber.was_killed());
  BOOST_TEST(fiber.successful());
}

BOOST_AUTO_TEST_CASE(kill_with_a_deadline_tells_whether_it_lives) {
  auto fiber = spawn([&] {
    try {
      sleep(10s);
    } catch (const gnet::FiberExit&) {
      sleep(30ms);
      throw;
    }
  });
  yield();
  BOOST_TEST(!fiber.kill(nullptr, 5ms));
  BOOST_TEST(fiber.active());
  BOOST_TEST(fiber.join(10s));
  BOOST_TEST(fiber.was_killed());
  BOOST_TEST(fiber.kill(nullptr, 0s));
}

BOOST_AUTO_TEST_CASE(an_asynchronous_kill_strikes_later) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  fiber.kill_async();
  BOOST_TEST(!fiber.dead());
  yield();
  BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(of_two_kills_the_first_decides) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  fiber.kill_async(std::make_exception_ptr(Oops(1)));
  fiber.kill_async(std::make_exception_ptr(Oops(2)));
  fiber.join();
  BOOST_CHECK_EXCEPTION(fiber.get(), Oops, [](const Oops& error) { return error.code == 1; });
}

BOOST_AUTO_TEST_CASE(killing_the_dead_does_nothing) {
  auto fiber = spawn([] { return 3; });
  fiber.join();
  fiber.kill();
  fiber.kill(std::make_exception_ptr(Oops(1)));
  fiber.kill_async();
  BOOST_TEST(fiber.get() == 3);
  BOOST_TEST(!fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(killing_oneself_throws_from_the_call) {
  Fiber<> fiber;
  bool went_on = false;
  int destroyed = 0;
  fiber = spawn([&] {
    const Sentinel sentinel(destroyed);
    fiber.kill();
    went_on = true;
  });
  fiber.join();
  BOOST_TEST(!went_on);
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(fiber.was_killed());

  fiber = spawn([&] { fiber.kill(std::make_exception_ptr(Oops(8))); });
  BOOST_CHECK_THROW(fiber.get(), Oops);
}

BOOST_AUTO_TEST_CASE(fibers_may_kill_each_other) {
  Fiber<> one;
  Fiber<> two;
  one = spawn([&] {
    sleep(5ms);
    two.kill();
  });
  two = spawn([&] {
    sleep(5ms);
    one.kill();
  });
  one.join();
  two.join();
  BOOST_TEST((one.was_killed() != two.was_killed()));
}

BOOST_AUTO_TEST_CASE(the_hub_may_kill_without_waiting) {
  auto fiber = spawn([] { sleep(10s); });
  yield();
  gnet::Hub::current().defer([&] { fiber.kill_async(); });
  fiber.join();
  BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(a_kill_waits_for_the_end_of_an_unwinding_destructor) {
  struct Slow {
    explicit Slow(bool& whole) : whole(whole) {}
    ~Slow() {
      sleep(10ms);
      whole = true;
    }
    bool& whole;
  };
  bool whole = false;
  bool went_on = false;
  auto fiber = spawn([&] {
    try {
      const Slow slow(whole);
      throw Oops(1);
    } catch (const Oops&) {
      went_on = true;
    }
    yield();
    went_on = false;
  });
  yield();
  BOOST_TEST(!whole);
  fiber.kill();
  BOOST_TEST(whole);
  BOOST_TEST(went_on);
  BOOST_TEST(fiber.was_killed());
}

// ---- links ----

BOOST_AUTO_TEST_CASE(links_are_called_in_the_order_of_registration) {
  for (const int count : {2, 3, 4, 1000}) {
    std::vector<int> order;
    auto fiber = spawn([] {});
    for (int i = 0; i < count; ++i) {
      auto callback = [&order, i](AnyFiber&) { order.push_back(i); };
      if (i % 3 == 2) {
        fiber.link_inline(callback);
      } else {
        fiber.link(callback);
      }
    }
    BOOST_TEST(fiber.link_count() == static_cast<std::size_t>(count));
    gnet::wait();
    BOOST_TEST(fiber.link_count() == 0U);
    BOOST_REQUIRE(order.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) BOOST_REQUIRE(order[static_cast<std::size_t>(i)] == i);
  }
}

BOOST_AUTO_TEST_CASE(a_link_gets_the_fiber) {
  auto fiber = spawn([] { throw Oops(6); });
  std::uint64_t id = 0;
  std::string text;
  fiber.link([&](AnyFiber& ended) {
    id = ended.id();
    text = gnet::describe(ended.exception());
    yield();  // may suspend
  });
  gnet::wait();
  BOOST_TEST(id == fiber.id());
  BOOST_TEST(text == "oops 6");
}

BOOST_AUTO_TEST_CASE(links_ask_for_success_or_failure) {
  std::string calls;
  auto good = spawn([] {});
  auto bad = spawn([] { throw Oops(1); });
  auto killed = spawn([] {});
  int n = 0;
  for (auto* fiber : {&good, &bad, &killed}) {
    const char who = "gbk"[n++];
    fiber->link_value([&calls, who](AnyFiber&) { (calls += who) += "+ "; });
    fiber->link_exception([&calls, who](AnyFiber&) { (calls += who) += "- "; });
  }
  killed.kill_async();
  gnet::wait();
  BOOST_TEST(calls == "k+ g+ b- ");
  BOOST_TEST(bad.link_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_link_for_errors_handles_the_error) {
  Reports reports;
  {
    auto fiber = spawn([] { throw Oops(1); });
    fiber.link_exception([](AnyFiber&) {});
  }
  gnet::wait();
  BOOST_TEST(reports.all.empty());
  {
    auto fiber = spawn([] { throw Oops(2); });
    fiber.link([](AnyFiber&) {});
  }
  gnet::wait();
  BOOST_TEST(reports.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(linking_after_the_end_still_calls_back) {
  auto fiber = spawn([] { throw Oops(1); });
  fiber.join();
  int calls = 0;
  for (int round = 1; round <= 3; ++round) {
    fiber.link([&](AnyFiber& ended) {
      if (ended.exception()) ++calls;
    });
    BOOST_TEST(calls == round - 1);
    yield();
    BOOST_TEST(calls == round);
  }
}

BOOST_AUTO_TEST_CASE(an_unlinked_callback_is_never_called) {
  int calls = 0;
  auto fiber = spawn([] {});
  const int one = fiber.link([&](AnyFiber&) { ++calls; });
  const int two = fiber.link_inline([&](AnyFiber&) { ++calls; });
  fiber.unlink(one);
  fiber.unlink(two);
  fiber.unlink(one);
  fiber.unlink(123456789);
  BOOST_TEST(fiber.link_count() == 0U);
  gnet::wait();
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_may_unlink_the_next) {
  for (const bool inline_calls : {false, true}) {
    std::string calls;
    auto fiber = spawn([] {});
    int second = 0;
    auto first = [&](AnyFiber& ended) {
      calls += '1';
      ended.unlink(second);
    };
    auto late = [&](AnyFiber&) { calls += '2'; };
    auto third = [&](AnyFiber&) { calls += '3'; };
    if (inline_calls) {
      fiber.link_inline(first);
      second = fiber.link_inline(late);
      fiber.link_inline(third);
    } else {
      fiber.link(first);
      second = fiber.link(late);
      fiber.link(third);
    }
    gnet::wait();
    BOOST_TEST(calls == "13");
  }
}

BOOST_AUTO_TEST_CASE(a_callback_may_add_another) {
  int calls = 0;
  auto fiber = spawn([] {});
  fiber.link([&](AnyFiber& ended) {
    ++calls;
    ended.link([&](AnyFiber&) { ++calls; });
  });
  gnet::wait();
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_is_reported_and_stops_no_other) {
  Reports reports;
  int calls = 0;
  auto fiber = spawn([] {});
  fiber.link([](AnyFiber&) { throw Oops(1); });
  fiber.link_inline([](AnyFiber&) { throw Oops(2); });
  fiber.link([&](AnyFiber&) { ++calls; });
  gnet::wait();
  BOOST_TEST(calls == 1);
  BOOST_REQUIRE(reports.all.size() == 2U);
  BOOST_TEST(reports.all[0].error == "oops 1");
  BOOST_TEST(reports.all[0].fiber.find("any_fiber_test.cpp") != std::string::npos);
  BOOST_TEST(reports.all[1].error == "oops 2");
}

BOOST_AUTO_TEST_CASE(what_a_link_holds_may_unlink_the_last_when_it_goes) {
  auto fiber = gnet::spawn([] { throw std::runtime_error("expected"); });
  int calls = 0;
  int last = 0;
  // Dropped uncalled at the end: the fiber has failed.
  std::shared_ptr<void> unlinks(nullptr, [&](void*) { fiber.unlink(last); });
  fiber.link_exception([&calls](gnet::AnyFiber&) { ++calls; });
  fiber.link_value([held = std::move(unlinks)](gnet::AnyFiber&) {});
  last = fiber.link([&calls](gnet::AnyFiber&) { calls += 100; });
  gnet::wait();
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(links_work_without_a_handle) {
  int calls = 0;
  {
    auto fiber = spawn([] { sleep(1ms); });
    fiber.link([&](AnyFiber& ended) { calls += ended.ready() ? 1 : 0; });
  }
  gnet::wait();
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(links_of_a_dropped_fiber_go_with_it) {
  int destroyed = 0;
  {
    auto fiber = Fiber<>::create([] {});
    fiber.link([s = std::make_shared<Sentinel>(destroyed)](AnyFiber&) {});
  }
  gnet::wait();
  BOOST_TEST(destroyed == 1);
}

// ---- threads ----

BOOST_AUTO_TEST_CASE(handles_used_on_a_wrong_thread_are_misuse) {
  auto fiber = Fiber<>::create([] {});
  int refused = 0;
  for (const bool with_hub : {false, true}) {
    on_thread([&] {
      if (with_hub) yield();
      refused += throws<gnet::Misuse>([&] { fiber.start(); });
      refused += throws<gnet::Misuse>([&] { fiber.join(); });
      refused += throws<gnet::Misuse>([&] { static_cast<void>(fiber.join(1ms)); });
      refused += throws<gnet::Misuse>([&] { fiber.get(); });
      refused += throws<gnet::Misuse>([&] { fiber.kill(); });
      refused += throws<gnet::Misuse>([&] { fiber.kill_async(); });
      refused += throws<gnet::Misuse>([&] { fiber.link([](AnyFiber&) {}); });
      refused += throws<gnet::Misuse>([&] { fiber.unlink(1); });
    });
  }
  BOOST_TEST(refused == 16);
  BOOST_TEST(!fiber.active());
  fiber.start();
  fiber.join();
}

BOOST_AUTO_TEST_CASE(a_handle_dropped_on_another_thread_is_handed_back) {
  int destroyed = 0;
  std::thread::id where;
  struct Place {
    Place(int& destroyed, std::thread::id& where) : sentinel(destroyed), where(&where) {}
    Place(Place&&) noexcept = default;
    ~Place() {
      if (sentinel.count != nullptr) *where = std::this_thread::get_id();
    }
    Sentinel sentinel;
    std::thread::id* where;
  };
  {
    auto fiber = spawn([&] { return Place(destroyed, where); });
    fiber.join();
    on_thread([moved = std::move(fiber)]() mutable { auto dropped = std::move(moved); });
  }
  BOOST_TEST(destroyed == 0);
  gnet::wait();
  BOOST_TEST(destroyed == 1);
  BOOST_TEST((where == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_created_fiber_dropped_on_another_thread_never_runs) {
  int destroyed = 0;
  const auto before = gnet::detail::Scheduler::current().fiber_count();
  auto fiber = Fiber<>::create([s = Sentinel(destroyed)] {});
  on_thread([moved = std::move(fiber)]() mutable { auto dropped = std::move(moved); });
  gnet::wait();
  BOOST_TEST(destroyed == 1);
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == before);
}

BOOST_AUTO_TEST_CASE(handles_may_outlive_their_hub) {
  LogLines log;
  std::optional<Fiber<int>> finished;
  std::optional<Fiber<int>> failed;
  std::optional<Fiber<int>> retrieved;
  std::optional<Fiber<>> killed;
  std::optional<Fiber<>> never_started;
  on_thread([&] {
    finished = spawn([] { return 11; });
    failed = spawn({.name = "failed"}, []() -> int { throw Oops(21); });
    retrieved = spawn([]() -> int { throw Oops(22); });
    killed = spawn([] { sleep(10s); });
    never_started = Fiber<>::create([] {});
    finished->join();
    static_cast<void>(retrieved->exception());
  });
  BOOST_TEST(finished->ready());
  BOOST_TEST(*finished->value() == 11);
  BOOST_TEST(finished->name().find("fiber-") == 0);
  BOOST_TEST(!failed->successful());
  BOOST_TEST(killed->was_killed());
  BOOST_TEST(never_started->was_killed());
  BOOST_CHECK_THROW(finished->join(), gnet::Misuse);
  BOOST_CHECK_THROW(finished->kill(), gnet::Misuse);
  BOOST_CHECK_THROW(finished->start(), gnet::Misuse);
  BOOST_CHECK_THROW(finished->link([](AnyFiber&) {}), gnet::Misuse);
  finished.reset();
  failed.reset();
  retrieved.reset();
  killed.reset();
  never_started.reset();
  BOOST_TEST(log.text().find("oops 21") != std::string::npos);
  BOOST_TEST(log.text().find("failed (spawned at any_fiber_test.cpp:") != std::string::npos);
  BOOST_TEST(log.text().find("oops 22") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_was_killed_before_its_first_turn_goes_with_its_hub) {
  LogLines log;
  std::weak_ptr<int> kept;
  on_thread([&] {
    const auto owner = std::make_shared<int>(0);
    kept = owner;
    struct Failure : Oops {
      explicit Failure(std::shared_ptr<int> its) : Oops(23), held(std::move(its)) {}
      std::shared_ptr<int> held;
    };
    spawn([] {}).kill_async(std::make_exception_ptr(Failure(owner)));
  });
  BOOST_TEST(kept.expired());
  BOOST_TEST(log.text().find("oops 23") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(handles_may_go_while_their_hub_ends) {
  for (int round = 0; round < 50; ++round) {
    std::vector<Fiber<int>> handles;
    std::atomic<bool> ready{false};
    std::thread owner([&] {
      for (int i = 0; i < 20; ++i) handles.push_back(spawn([i] { return i; }));
      if (round % 2 == 0) yield();
      ready.store(true);
    });
    while (!ready.load()) std::this_thread::yield();
    handles.clear();
    owner.join();
  }
}

BOOST_AUTO_TEST_CASE(a_handle_without_a_fiber_has_nothing_to_kill_and_nothing_to_wait_for) {
  gnet::Fiber<> none;
  none.kill();
  none.kill_async();
  BOOST_TEST(none.kill(nullptr, 1s));
  BOOST_CHECK_THROW(none.join(), gnet::Misuse);
  BOOST_CHECK_THROW(none.start(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
