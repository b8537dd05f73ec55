#include "gnet/sync/thread_channel.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(thread_channel)

using namespace test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(fibers_of_one_hub_use_it_as_a_queue) {
  gnet::ThreadChannel<int> channel(2);
  std::vector<int> got;
  auto reader = gnet::spawn([&] {
    for (int& item : channel) got.push_back(item);
  });
  for (int i = 0; i < 6; ++i) channel.put(i);
  channel.close();
  reader.get();
  BOOST_TEST(got == (std::vector<int>{0, 1, 2, 3, 4, 5}), per_element());
  BOOST_TEST(channel.capacity() == 2u);
  BOOST_TEST(channel.closed());
}

BOOST_AUTO_TEST_CASE(a_thread_without_a_hub_feeds_a_fiber) {
  gnet::ThreadChannel<int> channel(3);
  bool made_a_hub = false;
  std::thread feeder([&] {
    for (int i = 0; i < 1000; ++i) channel.put(i);
    channel.close();
    made_a_hub = gnet::Hub::current_if_any() != nullptr;
  });
  int ticks = 0;
  auto ticker = gnet::spawn([&] {
    for (;;) {
      ++ticks;
      gnet::sleep(1ms);
    }
  });
  int next = 0;
  bool in_order = true;
  for (int& item : channel) in_order = in_order && item == next++;
  feeder.join();
  ticker.kill();
  BOOST_TEST(in_order);
  BOOST_TEST(next == 1000);
  BOOST_TEST(ticks > 0);
  BOOST_TEST(!made_a_hub);
}

BOOST_AUTO_TEST_CASE(a_fiber_feeds_a_thread_without_a_hub) {
  gnet::ThreadChannel<std::unique_ptr<int>> channel(1);
  int sum = 0;
  std::thread reader([&] {
    for (auto& item : channel) sum += *item;
  });
  for (int i = 1; i <= 100; ++i) channel.put(std::make_unique<int>(i));
  channel.close();
  reader.join();
  BOOST_TEST(sum == 5050);
}

BOOST_AUTO_TEST_CASE(many_threads_and_fibers_lose_and_repeat_nothing) {
  constexpr int kEach = 300;
  gnet::ThreadChannel<int> channel(4);
  std::vector<std::atomic<int>> seen(8 * kEach);
  auto put_all = [&](int number) {
    for (int i = 0; i < kEach; ++i) channel.put(number * kEach + i);
  };
  auto get_all = [&] {
    for (int& item : channel) ++seen[static_cast<std::size_t>(item)];
  };
  std::vector<std::thread> readers;
  std::vector<std::thread> writers;
  readers.emplace_back(get_all);
  readers.emplace_back([&] {
    std::vector<gnet::Fiber<>> fibers;
    for (int i = 0; i < 3; ++i) fibers.push_back(gnet::spawn(get_all));
    gnet::joinall(fibers);
  });
  writers.emplace_back(put_all, 0);
  writers.emplace_back(put_all, 1);
  writers.emplace_back([&] {
    std::vector<gnet::Fiber<>> fibers;
    for (int i = 2; i < 5; ++i) fibers.push_back(gnet::spawn([&, i] { put_all(i); }));
    gnet::joinall(fibers);
  });
  std::vector<gnet::Fiber<>> here;
  for (int i = 5; i < 8; ++i) here.push_back(gnet::spawn([&, i] { put_all(i); }));
  gnet::joinall(here);
  for (auto& writer : writers) writer.join();
  channel.close();
  for (auto& reader : readers) reader.join();
  bool once = true;
  for (auto& count : seen) once = once && count == 1;
  BOOST_TEST(once);
}

BOOST_AUTO_TEST_CASE(each_form_gives_up_in_its_way) {
  gnet::ThreadChannel<int> channel(1);
  auto check = [&] {
    return !channel.get(1ms) && !channel.try_get() && channel.put(1, 1ms) && !channel.put(2, 1ms) &&
           !channel.try_put(3) && channel.size() == 1 && channel.try_get() == 1;
  };
  BOOST_TEST(check());
  bool in_a_thread = false;
  std::thread([&] { in_a_thread = check(); }).join();
  BOOST_TEST(in_a_thread);
  BOOST_CHECK_THROW(gnet::ThreadChannel<int>(0), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::ThreadChannel<int> channel(1);
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(channel.get(30s)), gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  channel.put(1);
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(channel.put(2, 30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
}

BOOST_AUTO_TEST_CASE(what_a_killed_fiber_was_woken_for_goes_to_the_next) {
  gnet::ThreadChannel<int> channel(1);
  auto killed = gnet::spawn([&] { channel.get(); });
  auto next = gnet::spawn([&] { return channel.get(); });
  gnet::yield();
  channel.put(1);
  killed.kill();
  BOOST_TEST(next.get() == 1);
  channel.put(2);
  auto killed_putter = gnet::spawn([&] { channel.put(3); });
  auto next_putter = gnet::spawn([&] { channel.put(4); });
  gnet::yield();
  BOOST_TEST(channel.get() == 2);
  killed_putter.kill();
  BOOST_TEST(channel.get() == 4);
  next_putter.get();
}

BOOST_AUTO_TEST_CASE(fibers_killed_while_another_thread_wakes_them_lose_nothing) {
  constexpr int kItems = 500;
  gnet::ThreadChannel<int> channel(2);
  std::thread feeder([&] {
    for (int i = 0; i < kItems; ++i) channel.put(1);
    channel.close();
  });
  int got = 0;
  bool closed = false;
  while (!closed) {
    std::vector<gnet::Fiber<>> readers;
    for (int i = 0; i < 4; ++i) {
      readers.push_back(gnet::spawn([&] {
        try {
          for (;;) got += channel.get();
        } catch (const gnet::QueueClosed&) {
          closed = true;
        }
      }));
    }
    gnet::yield();
    gnet::yield();
    readers[0].kill();
    readers[1].kill();
    gnet::yield();
    gnet::killall(readers);
  }
  feeder.join();
  // One that was on its way to a reader that was killed at the end came back.
  BOOST_CHECK_THROW(for (;;) got += channel.get(), gnet::QueueClosed);
  BOOST_TEST(got == kItems);
}

BOOST_AUTO_TEST_CASE(close_tells_all_that_wait) {
  gnet::ThreadChannel<int> empty(1);
  gnet::ThreadChannel<int> full(1);
  full.put(1);
  std::atomic<int> told = 0;
  std::thread thread([&] {
    try {
      empty.get();
    } catch (const gnet::QueueClosed&) {
      ++told;
    }
  });
  auto getter = gnet::spawn([&] { empty.get(); });
  auto putter = gnet::spawn([&] { full.put(2); });
  gnet::sleep(2ms);
  empty.close();
  full.close();
  BOOST_CHECK_THROW(getter.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(putter.get(), gnet::QueueClosed);
  thread.join();
  BOOST_TEST(told == 1);
  BOOST_TEST(full.get() == 1);
  BOOST_CHECK_THROW(full.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(full.try_put(1)), gnet::QueueClosed);
}

BOOST_AUTO_TEST_CASE(a_hub_that_ends_leaves_the_others_in_order) {
  gnet::ThreadChannel<int> channel(1);
  std::thread([&] {
    gnet::spawn([&] { channel.get(); });
    gnet::spawn([&] { channel.get(); });
    gnet::yield();
  }).join();  // kills both
  BOOST_TEST(channel.try_put(1));
  BOOST_TEST(channel.get() == 1);
}

BOOST_AUTO_TEST_CASE(callbacks_of_the_hub_use_the_forms_that_never_wait) {
  gnet::ThreadChannel<int> channel(1);
  auto getter = gnet::spawn([&] { return channel.get(); });
  gnet::yield();
  bool misuse = false;
  gnet::Hub::current().defer([&] {
    static_cast<void>(channel.try_put(1));
    try {
      channel.get();
    } catch (const gnet::Misuse&) {
      misuse = true;
    }
  });
  BOOST_TEST(getter.get() == 1);
  BOOST_TEST(misuse);
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::ThreadChannel<int>> channel(std::in_place, 1u);
  auto granted = gnet::spawn([&] { channel->get(); });
  auto waiting = gnet::spawn([&] { channel->get(); });
  gnet::yield();
  channel->put(1);
  channel.reset();
  BOOST_CHECK_THROW(granted.get(), gnet::Misuse);
  BOOST_CHECK_THROW(waiting.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
