#include "gnet/base/timer_heap.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <random>
#include <vector>

BOOST_AUTO_TEST_SUITE(timer_heap)

using gnet::TimePoint;
using gnet::Timer;
using gnet::TimerHeap;
using namespace std::chrono_literals;

namespace {

void nothing(Timer&) noexcept {}

TimePoint at(int nanoseconds) {
  return TimePoint(std::chrono::nanoseconds(nanoseconds));
}

}  // namespace

BOOST_AUTO_TEST_CASE(starts_empty) {
  TimerHeap heap;
  BOOST_TEST(heap.empty());
  BOOST_TEST(heap.size() == 0U);
  BOOST_TEST(heap.keep_alives() == 0U);
  BOOST_TEST(heap.pop_due(TimePoint::max()) == nullptr);
}

BOOST_AUTO_TEST_CASE(gives_out_what_is_due_and_no_more) {
  TimerHeap heap;
  Timer early(nothing);
  Timer late(nothing);
  heap.insert(late, at(20));
  heap.insert(early, at(10));
  BOOST_TEST(early.armed());
  BOOST_TEST((heap.earliest() == at(10)));
  BOOST_TEST(heap.pop_due(at(9)) == nullptr);
  BOOST_TEST(heap.pop_due(at(10)) == &early);
  BOOST_TEST(!early.armed());
  BOOST_TEST(heap.pop_due(at(19)) == nullptr);
  BOOST_TEST(heap.pop_due(at(1000)) == &late);
  BOOST_TEST(heap.empty());
}

BOOST_AUTO_TEST_CASE(equal_times_come_in_the_order_of_arming) {
  TimerHeap heap;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 100; ++i) {
    timers.push_back(std::make_unique<Timer>(nothing));
    heap.insert(*timers.back(), at(5));
  }
  for (const auto& timer : timers) BOOST_REQUIRE(heap.pop_due(at(5)) == timer.get());
}

BOOST_AUTO_TEST_CASE(a_removed_timer_does_not_come) {
  TimerHeap heap;
  Timer one(nothing);
  Timer two(nothing);
  heap.insert(one, at(1));
  heap.insert(two, at(2));
  heap.remove(one);
  heap.remove(one);
  BOOST_TEST(!one.armed());
  BOOST_TEST(heap.pop_due(at(10)) == &two);
  heap.insert(one, at(3));
  BOOST_TEST(heap.pop_due(at(10)) == &one);
}

BOOST_AUTO_TEST_CASE(counts_those_that_keep_the_hub_alive) {
  TimerHeap heap;
  Timer plain(nothing);
  Timer idle(nothing);
  idle.keeps_alive = false;
  heap.insert(plain, at(1));
  heap.insert(idle, at(2));
  BOOST_TEST(heap.keep_alives() == 1U);
  heap.remove(idle);
  BOOST_TEST(heap.keep_alives() == 1U);
  BOOST_TEST(heap.pop_due(at(1)) == &plain);
  BOOST_TEST(heap.keep_alives() == 0U);
}

BOOST_AUTO_TEST_CASE(timers_that_outlive_it_are_idle) {
  Timer timer(nothing);
  {
    TimerHeap heap;
    heap.insert(timer, at(1));
  }
  BOOST_TEST(!timer.armed());
}

BOOST_AUTO_TEST_CASE(behaves_like_a_sorted_map_whatever_happens) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    auto below = [&](int limit) {
      return static_cast<int>(random() % static_cast<unsigned>(limit));
    };
    std::vector<std::unique_ptr<Timer>> timers;
    TimerHeap heap;
    std::multimap<TimePoint, Timer*> model;  // keeps the order of insertion among equals
    for (int i = 0; i < 200; ++i) {
      timers.push_back(std::make_unique<Timer>(nothing));
      timers.back()->keeps_alive = below(4) != 0;
    }
    int now = 0;
    for (int step = 0; step < 5000; ++step) {
      Timer& timer = *timers[static_cast<std::size_t>(below(200))];
      switch (below(4)) {
        case 0:
        case 1:
          if (!timer.armed()) {
            const auto when = at(now + below(seed % 2 == 0 ? 10 : 1000));
            heap.insert(timer, when);
            model.emplace(when, &timer);
          }
          break;
        case 2:
          heap.remove(timer);
          std::erase_if(model, [&](const auto& entry) { return entry.second == &timer; });
          break;
        default:
          now += below(5);
          while (Timer* due = heap.pop_due(at(now))) {
            BOOST_REQUIRE(!model.empty());
            BOOST_REQUIRE(model.begin()->second == due);
            model.erase(model.begin());
          }
          BOOST_REQUIRE((model.empty() || model.begin()->first > at(now)));
      }
      BOOST_REQUIRE(heap.size() == model.size());
      if (!model.empty()) BOOST_REQUIRE((heap.earliest() == model.begin()->first));
      std::size_t keep_alives = 0;
      if (step % 100 == 0) {
        for (const auto& [when, armed] : model) keep_alives += armed->keeps_alive ? 1U : 0U;
        BOOST_REQUIRE(heap.keep_alives() == keep_alives);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
