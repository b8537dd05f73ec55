// Every suspension point of gnet/fiber and gnet/sync, interrupted in every way. A new one
// is one more row in points().

#include "tests/unit/interrupts.h"

#include "gnet/fiber/nursery.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/async_result.h"
#include "gnet/sync/event.h"
#include "gnet/sync/queue.h"
#include "gnet/sync/semaphore.h"

BOOST_AUTO_TEST_SUITE(interrupts)

using namespace test;

namespace {

template <typename Wait>
std::function<Scene()> event_scene(Wait wait) {
  return [wait]() -> Scene {
    auto event = std::make_shared<gnet::Event>();
    return {[=] { wait(*event); }, [=] { event->set(); },
            [=](bool woken, bool) {
              const bool kept = event->is_set() == woken;
              event->set();
              return kept && event->wait(30s);
            }};
  };
}

template <typename Get>
std::function<Scene()> get_scene(Get get) {
  return [get]() -> Scene {
    auto queue = std::make_shared<gnet::Queue<int>>();
    return {[=] { get(*queue); }, [=] { queue->put(1); },
            [=](bool woken, bool returned) {
              const bool none_lost = queue->size() == (woken && !returned ? 1u : 0u);
              queue->put(2);
              const bool in_order = !woken || returned || queue->get() == 1;
              return none_lost && in_order && queue->get() == 2 && queue->empty();
            }};
  };
}

template <typename Peek>
std::function<Scene()> peek_scene(Peek peek) {
  return [peek]() -> Scene {
    auto queue = std::make_shared<gnet::Queue<int>>();
    return {[=] { peek(*queue); }, [=] { queue->put(1); },
            [=](bool woken, bool) {
              if (!woken) queue->put(1);
              return queue->size() == 1 && queue->get() == 1;
            }};
  };
}

template <typename Put>
std::function<Scene()> put_scene(Put put) {
  return [put]() -> Scene {
    auto queue = std::make_shared<gnet::Queue<int>>(1u);
    queue->put(0);
    auto taken = std::make_shared<int>(-1);
    return {[=] { put(*queue); }, [=] { *taken = queue->get(); },
            [=](bool woken, bool returned) {
              if (!woken) *taken = queue->get();
              const bool stored = queue->size() == 1 && queue->get() == 1;
              // Room is left for exactly one.
              const bool room = queue->try_put(2) && !queue->try_put(3);
              return *taken == 0 && stored == returned && room && queue->get() == 2;
            }};
  };
}

template <typename Acquire>
std::function<Scene()> semaphore_scene(Acquire acquire) {
  return [acquire]() -> Scene {
    auto semaphore = std::make_shared<gnet::Semaphore>(0u);
    return {[=] { acquire(*semaphore); }, [=] { semaphore->release(); },
            [=](bool woken, bool returned) {
              const bool none_lost = semaphore->permits() == (woken && !returned ? 1u : 0u);
              semaphore->release();
              return none_lost && semaphore->try_acquire();
            }};
  };
}

template <typename Wait>
std::function<Scene()> result_scene(Wait wait) {
  return [wait]() -> Scene {
    auto result = std::make_shared<gnet::AsyncResult<int>>();
    return {[=] { wait(*result); }, [=] { result->set(1); },
            [=](bool woken, bool) {
              if (!woken) result->set(1);
              return result->get() == 1;
            }};
  };
}

// Somebody else's fiber, which ends when the event is set.
struct Other {
  gnet::Event end;
  gnet::Fiber<int> fiber = gnet::spawn([this] {
    end.wait();
    return 1;
  });

  ~Other() { fiber.kill(); }
};

template <typename Wait>
std::function<Scene()> fiber_scene(Wait wait) {
  return [wait]() -> Scene {
    auto other = std::make_shared<Other>();
    return {[=] { wait(other->fiber); }, [=] { other->end.set(); },
            [=](bool, bool) {
              other->end.set();
              return other->fiber.get() == 1 && other->fiber.link_count() == 0;
            }};
  };
}

template <typename Wait>
std::function<Scene()> several_scene(Wait wait) {
  return [wait]() -> Scene {
    auto events = std::make_shared<std::vector<gnet::Event>>(3);
    return {[=] { wait(*events); },
            [=] {
              for (auto& event : *events) event.set();
            },
            [=](bool, bool) {
              for (auto& event : *events) event.set();
              return gnet::wait(*events).size() == 3;
            }};
  };
}

template <typename Use>
std::function<Scene()> nursery_scene(Use use) {
  return [use]() -> Scene {
    auto end = std::make_shared<gnet::Event>();
    auto alive = std::make_shared<int>(0);
    auto child = [=] {
      ++*alive;
      const std::shared_ptr<void> leave(nullptr, [=](void*) { --*alive; });
      end->wait();
    };
    return {[=] { use(child); }, [=] { end->set(); }, [=](bool, bool) { return *alive == 0; }};
  };
}

std::vector<Point> points() {
  using Queue = gnet::Queue<int>;
  using Result = gnet::AsyncResult<int>;
  using Fiber = gnet::Fiber<int>;
  using Events = std::vector<gnet::Event>;
  return {
      {"yield",
       [] {
         return Scene{[] {
                        for (;;) gnet::yield();
                      },
                      nullptr, always};
       }},
      {"sleep",
       [] {
         return Scene{[] { gnet::sleep(30s); }, nullptr, always};
       }},
      {"wait() for idleness",
       [] {
         return Scene{[] { static_cast<void>(gnet::wait()); }, nullptr, always};
       }},
      {"Event::wait", event_scene([](gnet::Event& event) { event.wait(); })},
      {"Event::wait, deadline",
       event_scene([](gnet::Event& event) { static_cast<void>(event.wait(30s)); })},
      {"Queue::get", get_scene([](Queue& queue) { queue.get(); })},
      {"Queue::get, deadline", get_scene([](Queue& queue) { static_cast<void>(queue.get(30s)); })},
      {"Queue, range-for", get_scene([](Queue& queue) { static_cast<void>(queue.begin()); })},
      {"Queue::peek", peek_scene([](Queue& queue) { queue.peek(); })},
      {"Queue::peek, deadline",
       peek_scene([](Queue& queue) { static_cast<void>(queue.peek(30s)); })},
      {"Queue::put", put_scene([](Queue& queue) { queue.put(1); })},
      {"Queue::put, deadline",
       put_scene([](Queue& queue) { static_cast<void>(queue.put(1, 30s)); })},
      {"Semaphore::acquire", semaphore_scene([](gnet::Semaphore& s) { s.acquire(); })},
      {"Semaphore::acquire, deadline",
       semaphore_scene([](gnet::Semaphore& s) { static_cast<void>(s.acquire(30s)); })},
      {"AsyncResult::get", result_scene([](Result& result) { result.get(); })},
      {"AsyncResult::get, deadline", result_scene([](Result& result) { result.get(30s); })},
      {"AsyncResult::wait", result_scene([](Result& result) { result.wait(); })},
      {"Fiber::join", fiber_scene([](Fiber& fiber) { fiber.join(); })},
      {"Fiber::join, deadline", fiber_scene([](Fiber& fiber) { fiber.join(30s); })},
      {"Fiber::get", fiber_scene([](Fiber& fiber) { fiber.get(); })},
      {"joinall", fiber_scene([](Fiber& fiber) { gnet::joinall(std::vector<Fiber*>{&fiber}); })},
      {"wait() for several", several_scene([](Events& events) { gnet::wait(events); })},
      {"wait_any", several_scene([](Events& events) { gnet::wait_any(events[0], events[1]); })},
      {"iwait", several_scene(
                    [](Events& events) { gnet::iwait(events, [](std::size_t) { return true; }); })},
      {"Nursery::join", nursery_scene([](const auto& child) {
         gnet::Nursery nursery;
         nursery.spawn(child);
         nursery.spawn(child);
         nursery.join();
       })},
      {"with_nursery", nursery_scene([](const auto& child) {
         gnet::with_nursery([&](gnet::Nursery& nursery) {
           nursery.spawn(child);
           gnet::sleep(30s);
         });
       })},
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(while_a_fiber_waits) {
  try_every_blow(points(), When::while_it_waits);
}

BOOST_AUTO_TEST_CASE(after_a_fiber_was_woken_and_before_it_runs) {
  try_every_blow(points(), When::after_it_was_woken);
}

BOOST_AUTO_TEST_CASE(after_the_object_is_gone) {
  // The waiter that is woken because of that is interrupted besides.
  for (const Blow& blow : kBlows) {
    BOOST_TEST_CONTEXT(blow.name) {
      auto queue = std::make_unique<gnet::Queue<int>>();
      Attempt attempt;
      attempt.victim = gnet::spawn([&, &object = *queue] {
        try {
          blow.endure(attempt, [&] { object.get(); });
        } catch (const gnet::Misuse&) {
          attempt.interrupted = true;
        }
      });
      gnet::yield();
      queue->put(1);
      queue.reset();
      blow.strike(attempt);
      attempt.victim.join();
      BOOST_TEST(attempt.interrupted);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
