// Suspension points, interrupted in every way, both while they wait and after somebody
// has woken them but before they run: they leave no waiter behind, and lose and repeat
// nothing.
//
//   try_every_blow({{"sleep", [] { return Scene{[] { gnet::sleep(30s); }, nullptr, always}; }}},
//                  When::while_it_waits);

#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"

namespace test {

using namespace std::chrono_literals;

// ---- suspension points ----

// One use of a suspension point. The functions own the objects that they work on.
struct Scene {
  std::function<void()> suspend;  // what the victim does
  std::function<void()> wake;     // gives the victim what it waits for; may be missing

  // Uses the object once more, and tells whether all is accounted for. `woken`: wake()
  // was called. `returned`: suspend() came back in spite of the interrupt.
  std::function<bool(bool woken, bool returned)> sound;
};

struct Point {
  const char* name;
  std::function<Scene()> make;
};

inline bool always(bool, bool) {
  return true;
}

// ---- interrupts ----

// What a killed fiber is killed with when not with FiberExit.
struct Stray {};

// One attempt on a victim, which notes how it ended.
struct Attempt {
  gnet::CancelScope scope;
  gnet::Fiber<> victim;
  bool returned = false;     // from the suspension point
  bool interrupted = false;  // as intended
  bool unwound = false;
};

struct Blow {
  const char* name;
  void (*endure)(Attempt& attempt, const std::function<void()>& body);  // in the victim
  void (*strike)(Attempt& attempt);
};

constexpr auto kLimit = 4ms;

inline const Blow kBlows[] = {
    {"kill",
     [](Attempt& attempt, const std::function<void()>& body) {
       try {
         body();
       } catch (const gnet::FiberExit&) {
         attempt.interrupted = true;
         throw;
       }
     },
     [](Attempt& attempt) { attempt.victim.kill_async(); }},
    {"kill with an error",
     [](Attempt& attempt, const std::function<void()>& body) {
       try {
         body();
       } catch (const Stray&) {
         attempt.interrupted = true;
       }
     },
     [](Attempt& attempt) { attempt.victim.kill_async(std::make_exception_ptr(Stray{})); }},
    {"CancelScope",
     [](Attempt& attempt, const std::function<void()>& body) {
       attempt.interrupted = !attempt.scope.run(body);
     },
     [](Attempt& attempt) { attempt.scope.cancel(); }},
    {"Timeout",
     [](Attempt& attempt, const std::function<void()>& body) {
       const gnet::Timeout limit(kLimit);
       try {
         body();
       } catch (const gnet::Timeout& fired) {
         attempt.interrupted = fired == limit;
       }
     },
     [](Attempt&) {}},
};

enum class When { while_it_waits, after_it_was_woken };

inline void try_blow(const Point& point, const Blow& blow, When when) {
  const std::size_t fibers_before = gnet::detail::Scheduler::current().fiber_count();
  {
    Scene scene = point.make();
    Attempt attempt;
    attempt.victim = gnet::spawn([&] {
      const std::shared_ptr<void> frame(nullptr, [&](void*) { attempt.unwound = true; });
      blow.endure(attempt, [&] {
        scene.suspend();
        attempt.returned = true;
        // What came too late for the suspension point comes at the next one.
        gnet::sleep(30s);
      });
    });
    gnet::yield();
    if (when == When::after_it_was_woken) {
      // The Timeout expires in the same turn of the hub as this sleep, and after it:
      // the victim is interrupted first and woken then, or the other way round.
      auto busy = gnet::spawn([] {
        const auto end = gnet::Clock::now() + kLimit + 2ms;
        while (gnet::Clock::now() < end) {
        }
      });
      if (std::string(blow.name) == "Timeout") gnet::sleep(1ms);
      scene.wake();
    }
    blow.strike(attempt);
    attempt.victim.join();
    BOOST_TEST(attempt.interrupted);
    BOOST_TEST(attempt.unwound);
    BOOST_TEST(scene.sound(when == When::after_it_was_woken, attempt.returned));
  }
  gnet::yield();
  gnet::yield();
  BOOST_TEST(gnet::detail::Scheduler::current().fiber_count() == fibers_before);
}

inline void try_every_blow(const std::vector<Point>& points, When when) {
  for (const Point& point : points) {
    if (when == When::after_it_was_woken && !point.make().wake) continue;
    for (const Blow& blow : kBlows) {
      BOOST_TEST_CONTEXT(point.name << ", interrupted by " << blow.name) {
        try_blow(point, blow, when);
      }
    }
  }
}

}  // namespace test
