#include "gnet/fiber/cancel_scope.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(cancel_scope)

using namespace test;
using gnet::CancelScope;
using gnet::Deadline;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

BOOST_AUTO_TEST_CASE(run_returns_true_when_the_function_completes) {
  CancelScope scope;
  bool ran = false;
  BOOST_TEST(scope.run([&] { ran = true; }));
  BOOST_TEST(ran);
  BOOST_TEST(!scope.cancelled());
  BOOST_TEST(!scope.caught());
}

BOOST_AUTO_TEST_CASE(run_passes_errors_through) {
  CancelScope scope;
  BOOST_CHECK_THROW(scope.run([] { throw Oops(1); }), Oops);
  sleep(1ms);
}

BOOST_AUTO_TEST_CASE(cancelled_from_outside_the_scope_ends) {
  CancelScope scope;
  bool went_on = false;
  auto fiber = spawn([&] {
    const bool completed = scope.run([&] {
      sleep(10s);
      went_on = true;
    });
    sleep(1ms);  // outside, nothing is cancelled
    return completed;
  });
  yield();
  scope.cancel();
  BOOST_TEST(!fiber.get());
  BOOST_TEST(!went_on);
  BOOST_TEST(scope.cancelled());
  BOOST_TEST(scope.caught());
}

BOOST_AUTO_TEST_CASE(cancelled_from_inside_the_next_suspension_throws) {
  CancelScope scope;
  std::string trace;
  BOOST_TEST(!scope.run([&] {
    scope.cancel();
    trace += "on";
    yield();
    trace += "and on";
  }));
  BOOST_TEST(trace == "on");
}

BOOST_AUTO_TEST_CASE(every_suspension_point_throws_until_the_scope_is_left) {
  CancelScope scope;
  int thrown = 0;
  gnet::Event set;
  set.set();
  auto finished = spawn([] {});
  finished.join();
  BOOST_TEST(!scope.run([&] {
    scope.cancel();
    thrown += throws<gnet::Cancelled>([] { sleep(1s); });
    thrown += throws<gnet::Cancelled>([] { sleep(0s); });
    thrown += throws<gnet::Cancelled>([] { yield(); });
    thrown += throws<gnet::Cancelled>([] { gnet::checkpoint(); });
    thrown += throws<gnet::Cancelled>([&] { set.wait(); });
    thrown += throws<gnet::Cancelled>([&] { static_cast<void>(set.wait(1s)); });
    thrown += throws<gnet::Cancelled>([&] { finished.join(); });
    thrown += throws<gnet::Cancelled>([&] { finished.get(); });
    thrown += throws<gnet::Cancelled>([] { gnet::wait(); });
    yield();
  }));
  BOOST_TEST(thrown == 9);
  yield();
}

BOOST_AUTO_TEST_CASE(cancelled_before_it_is_entered_it_ends_at_once) {
  CancelScope scope;
  scope.cancel();
  std::string trace;
  BOOST_TEST(!scope.run([&] {
    trace += "in";
    yield();
    trace += "out";
  }));
  BOOST_TEST(trace == "in");
}

BOOST_AUTO_TEST_CASE(cancelled_without_a_suspension_it_completes) {
  CancelScope scope;
  BOOST_TEST(scope.run([&] { scope.cancel(); }));
  BOOST_TEST(scope.cancelled());
  BOOST_TEST(!scope.caught());
}

BOOST_AUTO_TEST_CASE(entered_twice_is_misuse) {
  CancelScope scope;
  BOOST_TEST(scope.run([] {}));
  BOOST_CHECK_THROW(scope.run([] {}), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(cancelling_again_changes_nothing) {
  CancelScope scope;
  BOOST_TEST(!scope.run([&] {
    scope.cancel();
    scope.cancel();
    sleep(1s);
  }));
  scope.cancel();
}

// ---- deadlines ----

BOOST_AUTO_TEST_CASE(cancels_itself_at_its_deadline) {
  const auto start = gnet::Clock::now();
  CancelScope scope(5ms);
  BOOST_TEST(!scope.run([] { sleep(10s); }));
  BOOST_TEST((since(start) >= 4ms));
  BOOST_TEST((since(start) < 5s));
  BOOST_TEST(scope.cancelled());
}

BOOST_AUTO_TEST_CASE(left_before_its_deadline_it_is_not_cancelled) {
  CancelScope scope(5ms);
  BOOST_TEST(scope.run([] {}));
  sleep(10ms);
  BOOST_TEST(!scope.cancelled());
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_cancels_at_the_first_suspension) {
  CancelScope scope(Deadline(0s));
  BOOST_TEST(!scope.run([] { yield(); }));
  BOOST_TEST(!gnet::move_on_after(-1s, [] { yield(); }));
}

// The clock that the hub keeps may be behind the one that made the deadline.
BOOST_AUTO_TEST_CASE(that_holds_however_soon_it_is_asked) {
  int completed = 0;
  for (int i = 0; i < 1000; ++i) {
    yield();  // the hub looks at its clock
    if (gnet::move_on_after(0s, [] { yield(); })) ++completed;
    CancelScope scope(10s);
    completed += scope.run([&] {
      scope.reschedule(0s);
      yield();
    });
  }
  BOOST_TEST(completed == 0);
}

BOOST_AUTO_TEST_CASE(a_deadline_can_be_moved) {
  CancelScope later(50ms);
  BOOST_TEST(later.run([&] {
    later.reschedule(10s);
    sleep(70ms);
  }));
  CancelScope sooner(10s);
  const auto start = gnet::Clock::now();
  BOOST_TEST(!sooner.run([&] {
    sooner.reschedule(2ms);
    sleep(10s);
  }));
  BOOST_TEST((since(start) < 5s));
  CancelScope never(50ms);
  BOOST_TEST(never.run([&] {
    never.reschedule(Deadline::never());
    sleep(70ms);
  }));
  CancelScope before_entry;
  before_entry.reschedule(2ms);
  BOOST_TEST(!before_entry.run([] { sleep(10s); }));
}

BOOST_AUTO_TEST_CASE(a_moved_deadline_does_not_revive_a_cancelled_scope) {
  CancelScope scope;
  BOOST_TEST(!scope.run([&] {
    scope.cancel();
    scope.reschedule(10s);
    yield();
  }));
}

BOOST_AUTO_TEST_CASE(move_on_after_moves_on) {
  BOOST_TEST(!gnet::move_on_after(2ms, [] { sleep(10s); }));
  BOOST_TEST(gnet::move_on_after(10s, [] {}));
}

BOOST_AUTO_TEST_CASE(fail_after_fails) {
  BOOST_CHECK_THROW(gnet::fail_after(2ms, [] { sleep(10s); }), gnet::Timeout);
  gnet::fail_after(10s, [] {});
}

// ---- nesting ----

BOOST_AUTO_TEST_CASE(the_outer_scope_ends_the_inner) {
  CancelScope outer;
  bool after_inner = false;
  BOOST_TEST(!outer.run([&] {
    CancelScope inner;
    const bool completed = inner.run([&] {
      outer.cancel();
      sleep(1s);
    });
    static_cast<void>(completed);
    after_inner = true;
  }));
  BOOST_TEST(!after_inner);
}

BOOST_AUTO_TEST_CASE(the_inner_scope_ends_alone) {
  CancelScope outer;
  bool inner_completed = true;
  BOOST_TEST(outer.run([&] {
    CancelScope inner;
    inner_completed = inner.run([&] {
      inner.cancel();
      sleep(1s);
    });
    sleep(1ms);
  }));
  BOOST_TEST(!inner_completed);
}

BOOST_AUTO_TEST_CASE(of_several_cancelled_the_outermost_wins) {
  CancelScope outer;
  CancelScope middle;
  CancelScope inner;
  std::string left;
  BOOST_TEST(outer.run([&] {
    const bool middle_completed = middle.run([&] {
      const bool inner_completed = inner.run([&] {
        inner.cancel();
        middle.cancel();
        yield();
      });
      left += inner_completed ? "inner+" : "inner-";
    });
    left += middle_completed ? "middle+" : "middle-";
  }));
  BOOST_TEST(left == "middle-");
  BOOST_TEST(!inner.caught());
  BOOST_TEST(middle.caught());
}

BOOST_AUTO_TEST_CASE(a_shield_keeps_outer_cancellation_away) {
  CancelScope outer;
  bool cleaned_up = false;
  BOOST_TEST(!outer.run([&] {
    try {
      outer.cancel();
      sleep(1s);
    } catch (const gnet::Cancelled&) {
      CancelScope shield(Deadline::never(), true);
      const bool completed = shield.run([&] {
        sleep(2ms);
        cleaned_up = true;
      });
      BOOST_TEST(completed);
      throw;
    }
  }));
  BOOST_TEST(cleaned_up);
}

BOOST_AUTO_TEST_CASE(what_a_shield_held_back_comes_after_it) {
  CancelScope outer;
  bool inside = false;
  bool after = false;
  BOOST_TEST(!outer.run([&] {
    CancelScope shield(Deadline::never(), true);
    const bool completed = shield.run([&] {
      outer.cancel();
      sleep(1ms);
      inside = true;
    });
    BOOST_TEST(completed);
    yield();
    after = true;
  }));
  BOOST_TEST(inside);
  BOOST_TEST(!after);
}

BOOST_AUTO_TEST_CASE(a_shield_can_be_cancelled_itself) {
  CancelScope outer;
  BOOST_TEST(outer.run([&] {
    CancelScope shield(2ms, true);
    BOOST_TEST(!shield.run([] { sleep(10s); }));
  }));
}

BOOST_AUTO_TEST_CASE(a_shield_around_a_sleeper_is_respected_from_outside) {
  CancelScope outer;
  std::string trace;
  auto fiber = spawn([&] {
    const bool completed = outer.run([&] {
      CancelScope shield(Deadline::never(), true);
      const bool shielded = shield.run([&] { sleep(10ms); });
      trace += shielded ? "slept " : "torn ";
      sleep(10s);
    });
    trace += completed ? "completed" : "cancelled";
  });
  yield();
  outer.cancel();
  fiber.join();
  BOOST_TEST(trace == "slept cancelled");
}

// ---- with other interrupts ----

BOOST_AUTO_TEST_CASE(a_timeout_passes_through_a_scope) {
  CancelScope scope;
  gnet::Timeout limit(2ms);
  BOOST_CHECK_THROW(scope.run([] { sleep(10s); }), gnet::Timeout);
  BOOST_TEST(!scope.caught());
}

BOOST_AUTO_TEST_CASE(a_kill_passes_through_a_scope) {
  CancelScope scope;
  auto fiber = spawn([&] { static_cast<void>(scope.run([] { sleep(10s); })); });
  yield();
  fiber.kill();
  BOOST_TEST(fiber.was_killed());
  BOOST_TEST(!scope.caught());
}

BOOST_AUTO_TEST_CASE(an_interrupted_waiter_leaves_its_queue) {
  gnet::Event event;
  CancelScope scope;
  auto fiber = spawn([&] { return scope.run([&] { event.wait(); }); });
  yield();
  scope.cancel();
  BOOST_TEST(!fiber.get());
  event.set();
  let_run();
}

BOOST_AUTO_TEST_CASE(cancelled_on_another_thread_is_misuse) {
  CancelScope scope;
  bool refused = false;
  auto fiber = spawn([&] { return scope.run([] { sleep(10s); }); });
  yield();
  on_thread([&] { refused = throws<gnet::Misuse>([&] { scope.cancel(); }); });
  BOOST_TEST(refused);
  scope.cancel();
  BOOST_TEST(!fiber.get());
}

BOOST_AUTO_TEST_CASE(uninterruptible_holds_interrupts_back) {
  bool whole = false;
  bool after = false;
  auto fiber = spawn([&] {
    {
      const gnet::Uninterruptible whole_or_not_at_all;
      {
        const gnet::Uninterruptible nested;
        sleep(2ms);
      }
      sleep(5ms);
      whole = true;
    }
    yield();
    after = true;
  });
  yield();
  fiber.kill();
  BOOST_TEST(whole);
  BOOST_TEST(!after);
  BOOST_TEST(fiber.was_killed());
}

BOOST_AUTO_TEST_CASE(uninterruptible_holds_timeouts_and_scopes_back_too) {
  gnet::Timeout limit(1ms);
  BOOST_TEST(!gnet::move_on_after(1ms, [] {
    const gnet::Uninterruptible whole;
    sleep(5ms);
    yield();
  }) == false);
  BOOST_CHECK_THROW(yield(), gnet::Timeout);
}

BOOST_AUTO_TEST_SUITE_END()
