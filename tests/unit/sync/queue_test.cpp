#include "gnet/sync/queue.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"

BOOST_AUTO_TEST_SUITE(queue)

using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

// Whose copies fail on demand.
struct Fragile {
  explicit Fragile(int number) : number(number) {}
  Fragile(const Fragile& other) : number(other.number) {
    if (fails) throw std::runtime_error("copy");
  }
  int number;
  static inline bool fails = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(items_come_out_in_the_order_in_which_they_went_in) {
  gnet::Queue<int> queue;
  for (int i = 0; i < 1000; ++i) queue.put(i);
  BOOST_TEST(queue.size() == 1000u);
  bool in_order = true;
  for (int i = 0; i < 1000; ++i) in_order = in_order && queue.get() == i;
  BOOST_TEST(in_order);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(the_third_put_into_a_queue_for_two_waits_for_a_get) {
  gnet::Queue<std::string> queue(2);
  std::vector<std::string> trace;
  auto putter = gnet::spawn([&] {
    for (const char* item : {"a", "b", "c"}) {
      queue.put(item);
      trace.push_back(item);
    }
  });
  gnet::yield();
  BOOST_TEST(trace.size() == 2u);
  BOOST_TEST(queue.full());
  BOOST_TEST(queue.get() == "a");
  BOOST_TEST(trace.size() == 2u);  // whoever gets runs on
  gnet::yield();
  BOOST_TEST(trace.size() == 3u);
  BOOST_TEST(queue.get() == "b");
  BOOST_TEST(queue.get() == "c");
}

BOOST_AUTO_TEST_CASE(putters_are_served_in_arrival_order) {
  gnet::Queue<int> queue(1);
  queue.put(0);
  for (int i = 1; i <= 4; ++i) gnet::spawn([&, i] { queue.put(i); });
  gnet::yield();
  std::vector<int> got;
  for (int i = 0; i < 5; ++i) got.push_back(queue.get());
  BOOST_TEST(got == (std::vector<int>{0, 1, 2, 3, 4}), per_element());
}

BOOST_AUTO_TEST_CASE(getters_are_served_in_arrival_order_and_are_not_overtaken) {
  gnet::Queue<int> queue;
  std::vector<int> got(3);
  for (std::size_t i = 0; i < 3; ++i) gnet::spawn([&, i] { got[i] = queue.get(); });
  gnet::yield();
  for (int i = 1; i <= 3; ++i) queue.put(i);
  // They belong to those that wait, who have not run yet.
  BOOST_TEST(queue.empty());
  BOOST_TEST(!queue.try_get().has_value());
  gnet::yield();
  BOOST_TEST(got == (std::vector<int>{1, 2, 3}), per_element());
}

BOOST_AUTO_TEST_CASE(each_form_gives_up_in_its_way) {
  gnet::Queue<int> queue(1);
  BOOST_TEST(!queue.get(2ms).has_value());
  BOOST_TEST(!queue.try_get().has_value());
  BOOST_TEST(queue.peek(2ms) == nullptr);
  BOOST_TEST(queue.try_peek() == nullptr);
  BOOST_CHECK_THROW(queue.get_nowait(), gnet::QueueEmpty);
  BOOST_TEST(queue.put(1, 2ms));
  BOOST_TEST(!queue.put(2, 2ms));
  BOOST_TEST(!queue.try_put(2));
  BOOST_CHECK_THROW(queue.put_nowait(2), gnet::QueueFull);
  BOOST_TEST(queue.get_nowait() == 1);
  queue.put_nowait(3);
  BOOST_TEST(queue.get(2ms).value() == 3);
}

BOOST_AUTO_TEST_CASE(an_item_that_was_not_stored_is_still_the_callers) {
  gnet::Queue<std::unique_ptr<int>> queue(1);
  queue.put(std::make_unique<int>(1));
  auto item = std::make_unique<int>(2);
  BOOST_TEST(!queue.try_put(std::move(item)));
  BOOST_TEST(!queue.put(std::move(item), 2ms));
  BOOST_REQUIRE(item != nullptr);
  BOOST_TEST(*item == 2);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::Queue<int> queue(1);
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(queue.get(30s)), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  queue.put(1);
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(queue.put(2, 30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
}

BOOST_AUTO_TEST_CASE(an_item_for_a_getter_that_gave_up_goes_to_the_next) {
  gnet::Queue<int> queue;
  auto gone = gnet::spawn([&] { return queue.get(2ms).has_value(); });
  BOOST_TEST(!gone.get());
  queue.put(1);
  BOOST_TEST(queue.size() == 1u);
  BOOST_TEST(queue.get() == 1);
}

BOOST_AUTO_TEST_CASE(an_item_for_a_getter_that_is_killed_goes_to_the_next) {
  gnet::Queue<int> queue;
  auto killed = gnet::spawn([&] { queue.get(); });
  auto next = gnet::spawn([&] { return queue.get(); });
  gnet::yield();
  queue.put(1);
  killed.kill();
  BOOST_TEST(next.get() == 1);
  auto last = gnet::spawn([&] { queue.get(); });
  gnet::yield();
  queue.put(2);
  last.kill();
  BOOST_TEST(queue.try_get().value() == 2);
}

BOOST_AUTO_TEST_CASE(room_that_a_killed_putter_waited_for_goes_to_the_next) {
  gnet::Queue<int> queue(1);
  queue.put(0);
  auto killed = gnet::spawn([&] { queue.put(1); });
  auto next = gnet::spawn([&] { queue.put(2); });
  gnet::yield();
  killed.kill();
  BOOST_TEST(queue.get() == 0);
  BOOST_TEST(queue.get() == 2);
  next.get();
}

BOOST_AUTO_TEST_CASE(a_put_that_was_stored_is_interrupted_only_afterwards) {
  gnet::Queue<int> queue(1);
  queue.put(0);
  bool put_returned = false;
  auto putter = gnet::spawn([&] {
    queue.put(1);
    put_returned = true;
    gnet::sleep(30s);
  });
  gnet::yield();
  BOOST_TEST(queue.get() == 0);
  putter.kill();
  BOOST_TEST(put_returned);
  BOOST_TEST(putter.was_killed());
  BOOST_TEST(queue.get() == 1);
}

BOOST_AUTO_TEST_CASE(an_item_that_cannot_be_copied_in_is_its_putters_error) {
  gnet::Queue<Fragile> queue(1);
  queue.put(Fragile(0));
  const Fragile item(1);
  auto failing = gnet::spawn([&] { queue.put(item); });
  gnet::yield();
  Fragile::fails = true;
  BOOST_CHECK_THROW(queue.get(), std::runtime_error);  // cannot be copied out, and stays
  BOOST_TEST(queue.size() == 1u);
  Fragile::fails = false;
  queue.set_capacity(2);  // room for the item
  failing.get();
  auto second = gnet::spawn([&] { queue.put(item); });
  gnet::yield();
  Fragile::fails = true;
  queue.set_capacity(3);
  Fragile::fails = false;
  BOOST_CHECK_THROW(second.get(), std::runtime_error);
  BOOST_TEST(queue.size() == 2u);
}

BOOST_AUTO_TEST_CASE(peek_shows_an_item_and_leaves_it) {
  gnet::Queue<std::string> queue;
  auto first = gnet::spawn([&] { return queue.peek(); });
  auto second = gnet::spawn([&] { return std::string(*queue.peek(30s)); });
  gnet::yield();
  queue.put("seen");
  BOOST_TEST(first.get() == "seen");
  BOOST_TEST(second.get() == "seen");
  BOOST_TEST(queue.size() == 1u);
  BOOST_TEST(*queue.try_peek() == "seen");
  BOOST_TEST(queue.get() == "seen");
}

BOOST_AUTO_TEST_CASE(peeking_where_nobody_puts_is_a_loop_exit_that_names_the_queue) {
  gnet::Queue<int> queue;
  BOOST_CHECK_EXCEPTION(queue.peek(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("Queue") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_larger_capacity_wakes_putters) {
  gnet::Queue<int> queue(1);
  queue.put(0);
  std::vector<gnet::Fiber<>> putters;
  for (int i = 1; i <= 3; ++i) putters.push_back(gnet::spawn([&, i] { queue.put(i); }));
  gnet::yield();
  queue.set_capacity(3);
  gnet::yield();
  BOOST_TEST(putters[1].dead());
  BOOST_TEST(!putters[2].dead());
  queue.set_capacity(1);
  BOOST_TEST(queue.size() == 3u);
  BOOST_TEST(queue.get() == 0);
  gnet::yield();
  BOOST_TEST(!putters[2].dead());  // still more than fit
  queue.set_capacity(gnet::Queue<int>::kUnbounded);
  putters[2].join();
  BOOST_TEST(queue.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_capacity_of_nothing_is_misuse) {
  BOOST_CHECK_THROW(gnet::Queue<int>(0), gnet::Misuse);
  gnet::Queue<int> queue(1);
  BOOST_CHECK_THROW(queue.set_capacity(0), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(after_close_what_is_there_can_be_taken) {
  gnet::Queue<int> queue;
  queue.put(1);
  queue.put(2);
  queue.close();
  queue.close();
  BOOST_CHECK_THROW(queue.put(3), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(queue.try_put(3)), gnet::QueueClosed);
  BOOST_TEST(queue.get() == 1);
  BOOST_TEST(queue.get(1ms).value() == 2);
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(queue.get(1ms)), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(queue.try_get()), gnet::QueueClosed);
  BOOST_CHECK_THROW(queue.peek(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(close_tells_all_that_wait) {
  gnet::Queue<int> empty;
  gnet::Queue<int> full(1);
  full.put(1);
  auto getter = gnet::spawn([&] { empty.get(); });
  auto putter = gnet::spawn([&] { full.put(2); });
  gnet::yield();
  empty.close();
  full.close();
  BOOST_CHECK_THROW(getter.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(putter.get(), gnet::QueueClosed);
  BOOST_TEST(full.get() == 1);
  BOOST_CHECK_THROW(full.get(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(a_getter_that_was_woken_for_an_item_gets_it_although_the_queue_closes) {
  gnet::Queue<int> queue;
  auto getter = gnet::spawn([&] { return queue.get(); });
  gnet::yield();
  queue.put(1);
  queue.close();
  BOOST_TEST(getter.get() == 1);
}

BOOST_AUTO_TEST_CASE(close_now_drops_what_is_there_even_what_somebody_was_woken_for) {
  gnet::Queue<int> queue;
  auto getter = gnet::spawn([&] { queue.get(); });
  gnet::yield();
  queue.put(1);
  queue.put(2);
  queue.close_now();
  BOOST_TEST(queue.empty());
  BOOST_CHECK_THROW(getter.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(queue.get(), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(a_range_for_ends_when_the_queue_is_closed_and_empty) {
  gnet::Queue<int> queue(2);
  std::vector<int> got;
  auto reader = gnet::spawn([&] {
    for (int& item : queue) got.push_back(item);
  });
  for (int i = 0; i < 5; ++i) queue.put(i);
  queue.close();
  reader.get();
  BOOST_TEST(got == (std::vector<int>{0, 1, 2, 3, 4}), per_element());
}

BOOST_AUTO_TEST_CASE(callbacks_of_the_hub_use_the_forms_that_never_wait) {
  gnet::Queue<int> queue(1);
  queue.put(1);
  auto putter = gnet::spawn([&] { queue.put(2); });
  gnet::yield();
  std::optional<int> got;
  bool misuse = false;
  gnet::Hub::current().defer([&] {
    got = queue.try_get();
    try {
      queue.get();
    } catch (const gnet::Misuse&) {
      misuse = true;
    }
  });
  putter.join();
  BOOST_TEST(got.value() == 1);
  BOOST_TEST(misuse);
  BOOST_TEST(queue.get() == 2);
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for_without_taking_an_item) {
  gnet::Queue<int> first;
  gnet::Queue<int> second;
  auto putter = gnet::spawn([&] { second.put(1); });
  BOOST_TEST(gnet::wait_any(first, second) == 1u);
  BOOST_TEST(second.size() == 1u);
  first.close();
  BOOST_TEST(gnet::wait_any(first) == 0u);
}

BOOST_AUTO_TEST_CASE(many_putters_and_getters_lose_and_repeat_nothing) {
  constexpr int kEach = 200;
  gnet::Queue<int> queue(3);
  std::vector<int> seen(8 * kEach);
  std::vector<gnet::Fiber<>> putters;
  std::vector<gnet::Fiber<>> getters;
  for (int p = 0; p < 8; ++p) {
    putters.push_back(gnet::spawn([&, p] {
      for (int i = 0; i < kEach; ++i) {
        queue.put(p * kEach + i);
        if (i % 7 == p) gnet::yield();
      }
    }));
  }
  for (int g = 0; g < 5; ++g) {
    getters.push_back(gnet::spawn([&] {
      for (int item : queue) ++seen[static_cast<std::size_t>(item)];
    }));
  }
  gnet::joinall(putters);
  queue.close();
  gnet::joinall(getters);
  bool once = true;
  for (int count : seen) once = once && count == 1;
  BOOST_TEST(once);
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Queue<int> queue;
  std::thread([&] {
    BOOST_CHECK_THROW(queue.put(1), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(queue.try_put(1)), gnet::Misuse);
    BOOST_CHECK_THROW(queue.get(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(queue.try_get()), gnet::Misuse);
    BOOST_CHECK_THROW(queue.peek(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.close(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.close_now(), gnet::Misuse);
    BOOST_CHECK_THROW(queue.set_capacity(1), gnet::Misuse);
  }).join();
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::Queue<int>> queue(std::in_place, 1u);
  auto granted = gnet::spawn([&] { queue->get(); });
  auto waiting = gnet::spawn([&] { queue->get(); });
  gnet::yield();
  queue->put(1);
  queue.reset();
  BOOST_CHECK_THROW(granted.get(), gnet::Misuse);
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
  queue.emplace(1u);
  queue->put(1);
  auto stored = gnet::spawn([&] { queue->put(2); });
  auto putting = gnet::spawn([&] { queue->put(3); });
  gnet::yield();
  queue->get();
  queue.reset();
  stored.get();  // its item was in the queue
  BOOST_CHECK_THROW(putting.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(fibers_link_to_a_queue_as_they_end) {
  gnet::Queue<gnet::AnyFiber> ended(1);
  const auto put = [&](gnet::AnyFiber& fiber) { ended.put(std::move(fiber)); };
  auto slow = gnet::spawn([] { gnet::sleep(2ms); });
  auto quick = gnet::spawn([] {});
  auto failing = gnet::spawn([] { throw std::runtime_error("as asked"); });
  for (auto* fiber : {&slow, &quick, &failing}) fiber->link(put);
  BOOST_TEST(ended.get().id() == quick.id());
  const gnet::AnyFiber second = ended.get();
  BOOST_TEST(second.id() == failing.id());
  BOOST_TEST(gnet::describe(second.exception()) == "as asked");
  BOOST_TEST(ended.get().id() == slow.id());
}

BOOST_AUTO_TEST_SUITE_END()
