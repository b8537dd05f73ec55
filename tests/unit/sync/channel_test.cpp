#include "gnet/sync/channel.h"

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

BOOST_AUTO_TEST_SUITE(channel)

using namespace std::chrono_literals;
using boost::test_tools::per_element;
using Trace = std::vector<std::string>;

namespace {

// Whose copies fail on demand.
struct Fragile {
  Fragile() = default;
  Fragile(Fragile&&) noexcept = default;
  Fragile(const Fragile&) {
    if (fails) throw std::runtime_error("copy");
  }
  static inline bool fails = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_receiver_runs_before_the_sender_goes_on) {
  gnet::Channel<std::string> channel;
  Trace trace;
  auto other = gnet::spawn([&] {
    trace.push_back(channel.get());
    trace.push_back(channel.get());
  });
  trace.push_back("sending");
  channel.put("hello");
  trace.push_back("sent hello");
  channel.put("world");
  trace.push_back("sent world");
  BOOST_TEST(trace == (Trace{"sending", "hello", "sent hello", "world", "sent world"}),
             per_element());
  other.get();
}

BOOST_AUTO_TEST_CASE(a_receiver_that_waits_runs_before_the_sender_goes_on) {
  gnet::Channel<std::string> channel;
  Trace trace;
  auto other = gnet::spawn([&] {
    trace.push_back("sending hello");
    channel.put("hello");
    trace.push_back("sending world");
    channel.put("world");
    trace.push_back("sent world");
  });
  trace.push_back("waiting");
  trace.push_back(channel.get());
  trace.push_back(channel.get());
  BOOST_TEST(trace == (Trace{"waiting", "sending hello", "hello", "sending world", "world"}),
             per_element());
  gnet::yield();
  BOOST_TEST(trace.back() == "sent world");
}

BOOST_AUTO_TEST_CASE(without_a_buffer_it_is_always_empty_and_full) {
  gnet::Channel<int> channel;
  BOOST_TEST(channel.empty());
  BOOST_TEST(channel.full());
  BOOST_TEST(channel.balance() == 0);
  auto first = gnet::spawn([&] { channel.put(1); });
  auto second = gnet::spawn([&] { channel.put(2); });
  gnet::yield();
  BOOST_TEST(channel.balance() == 2);
  BOOST_TEST(channel.empty());
  BOOST_TEST(channel.get() == 1);
  BOOST_TEST(channel.get() == 2);
  auto getter = gnet::spawn([&] { return channel.get(); });
  gnet::yield();
  BOOST_TEST(channel.balance() == -1);
  BOOST_TEST(channel.try_put(3));
  BOOST_TEST(getter.get() == 3);
}

BOOST_AUTO_TEST_CASE(both_sides_are_served_in_arrival_order) {
  gnet::Channel<int> channel;
  std::vector<int> got(3);
  for (std::size_t i = 0; i < 3; ++i) gnet::spawn([&, i] { got[i] = channel.get(); });
  gnet::yield();
  for (int i = 1; i <= 3; ++i) channel.put(i);
  BOOST_TEST(got == (std::vector<int>{1, 2, 3}), per_element());
  for (int i = 1; i <= 3; ++i) gnet::spawn([&, i] { channel.put(i); });
  gnet::yield();
  for (int i = 1; i <= 3; ++i) BOOST_TEST(channel.get() == i);
}

BOOST_AUTO_TEST_CASE(each_form_gives_up_in_its_way) {
  gnet::Channel<int> channel;
  BOOST_TEST(!channel.try_put(1));
  BOOST_TEST(!channel.try_get());
  BOOST_TEST(!channel.put(1, 2ms));
  BOOST_TEST(!channel.get(2ms));
  BOOST_TEST(channel.balance() == 0);
}

BOOST_AUTO_TEST_CASE(an_item_that_was_not_taken_is_still_the_callers) {
  gnet::Channel<std::unique_ptr<int>> channel;
  auto item = std::make_unique<int>(2);
  BOOST_TEST(!channel.try_put(std::move(item)));
  BOOST_TEST(!channel.put(std::move(item), 2ms));
  BOOST_REQUIRE(item != nullptr);
  auto putter = gnet::spawn([&] { channel.put(std::move(item)); });
  BOOST_TEST(*channel.get() == 2);
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost) {
  gnet::Channel<int> channel;
  gnet::Timeout outer(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(channel.get(30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == outer; });
  gnet::Timeout second(1ms);
  BOOST_CHECK_EXCEPTION(static_cast<void>(channel.put(1, 30s)), gnet::Timeout,
                        [&](const gnet::Timeout& fired) { return fired == second; });
}

BOOST_AUTO_TEST_CASE(those_who_are_killed_or_give_up_leave_the_line) {
  gnet::Channel<int> channel;
  auto killed = gnet::spawn([&] { channel.put(1); });
  auto late = gnet::spawn([&] { return channel.put(2, 2ms); });
  auto next = gnet::spawn([&] { channel.put(3); });
  gnet::yield();
  killed.kill();
  BOOST_TEST(!late.get());
  BOOST_TEST(channel.get() == 3);
  auto gone = gnet::spawn([&] { channel.get(); });
  auto stays = gnet::spawn([&] { return channel.get(); });
  gnet::yield();
  gone.kill();
  channel.put(4);
  BOOST_TEST(stays.get() == 4);
}

BOOST_AUTO_TEST_CASE(what_was_handed_over_is_kept_although_an_interrupt_comes_before_the_turn) {
  gnet::Channel<int> channel;
  int got = 0;
  auto getter = gnet::spawn([&] {
    got = channel.get();
    gnet::sleep(30s);
  });
  gnet::yield();
  BOOST_TEST(channel.try_put(1));
  getter.kill();
  BOOST_TEST(got == 1);
  BOOST_TEST(getter.was_killed());
  bool put = false;
  auto putter = gnet::spawn([&] {
    channel.put(2);
    put = true;
    gnet::sleep(30s);
  });
  gnet::yield();
  BOOST_TEST(channel.get() == 2);
  putter.kill();
  BOOST_TEST(put);
  BOOST_TEST(putter.was_killed());
}

BOOST_AUTO_TEST_CASE(an_item_that_cannot_be_copied_is_its_senders_error) {
  gnet::Channel<Fragile> channel;
  const Fragile item;
  auto failing = gnet::spawn([&] { channel.put(item); });
  auto good = gnet::spawn([&] { channel.put(Fragile()); });
  gnet::yield();
  Fragile::fails = true;
  channel.get();
  Fragile::fails = false;
  BOOST_CHECK_THROW(failing.get(), std::runtime_error);
  good.get();
}

BOOST_AUTO_TEST_CASE(a_buffer_lets_items_wait_without_their_senders) {
  gnet::Channel<int> channel(2);
  Trace trace;
  auto sender = gnet::spawn([&] {
    for (int i = 1; i <= 4; ++i) {
      channel.put(i);
      trace.push_back(std::to_string(i));
    }
  });
  gnet::yield();
  BOOST_TEST(trace == (Trace{"1", "2"}), per_element());
  BOOST_TEST(channel.full());
  BOOST_TEST(channel.get() == 1);
  BOOST_TEST(channel.size() == 2u);  // the third is in already
  gnet::yield();
  BOOST_TEST(trace == (Trace{"1", "2", "3"}), per_element());
  for (int i = 2; i <= 4; ++i) BOOST_TEST(channel.get() == i);
  sender.get();
  BOOST_TEST(channel.empty());
}

BOOST_AUTO_TEST_CASE(close_tells_all_that_wait_and_leaves_the_buffer) {
  gnet::Channel<int> channel(1);
  channel.put(1);
  auto putter = gnet::spawn([&] { channel.put(2); });
  gnet::yield();
  channel.close();
  channel.close();
  BOOST_CHECK_THROW(putter.get(), gnet::ChannelClosed);
  BOOST_CHECK_THROW(channel.put(3), gnet::ChannelClosed);
  BOOST_TEST(channel.get() == 1);
  BOOST_CHECK_THROW(channel.get(), gnet::QueueClosed);
  BOOST_CHECK_THROW(static_cast<void>(channel.try_get()), gnet::ChannelClosed);
  gnet::Channel<int> other;
  auto getter = gnet::spawn([&] { other.get(); });
  gnet::yield();
  other.close();
  BOOST_CHECK_THROW(getter.get(), gnet::ChannelClosed);
}

BOOST_AUTO_TEST_CASE(close_now_drops_the_buffer) {
  gnet::Channel<int> channel(2);
  channel.put(1);
  channel.close_now();
  BOOST_CHECK_THROW(channel.get(), gnet::ChannelClosed);
}

BOOST_AUTO_TEST_CASE(a_range_for_ends_when_the_channel_is_closed) {
  gnet::Channel<int> channel;
  std::vector<int> got;
  auto reader = gnet::spawn([&] {
    for (int& item : channel) got.push_back(item);
  });
  for (int i = 0; i < 4; ++i) channel.put(i);
  channel.close();
  reader.get();
  BOOST_TEST(got == (std::vector<int>{0, 1, 2, 3}), per_element());
}

BOOST_AUTO_TEST_CASE(three_fibers_linked_to_it_deliver_three_results) {
  gnet::Channel<int> channel;
  for (int i = 1; i <= 3; ++i) {
    auto fiber = gnet::spawn([i] { return i; });
    fiber.link([&channel, i](gnet::AnyFiber&) { channel.put(i); });
  }
  int sum = 0;
  for (int i = 0; i < 3; ++i) sum += channel.get();
  BOOST_TEST(sum == 6);
}

BOOST_AUTO_TEST_CASE(callbacks_of_the_hub_use_the_forms_that_never_wait) {
  gnet::Channel<int> channel;
  auto getter = gnet::spawn([&] { return channel.get(); });
  gnet::yield();
  bool put = false;
  gnet::Hub::current().defer([&] { put = channel.try_put(7); });
  BOOST_TEST(getter.get() == 7);
  BOOST_TEST(put);
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for_without_taking_an_item) {
  gnet::Channel<int> first;
  gnet::Channel<int> second;
  auto putter = gnet::spawn([&] { second.put(1); });
  BOOST_TEST(gnet::wait_any(first, second) == 1u);
  BOOST_TEST(second.get() == 1);
  gnet::Channel<int> closed;
  closed.close();
  BOOST_TEST(gnet::wait_any(closed) == 0u);
}

BOOST_AUTO_TEST_CASE(a_deadlock_names_it) {
  gnet::Channel<int> channel;
  BOOST_CHECK_EXCEPTION(channel.get(), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("a sender at Channel") != std::string::npos;
  });
  BOOST_CHECK_EXCEPTION(channel.put(1), gnet::LoopExit, [](const gnet::LoopExit& error) {
    return std::string(error.what()).find("a receiver at Channel") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(use_from_another_thread_is_misuse) {
  gnet::Channel<int> channel(1);
  std::thread([&] {
    BOOST_CHECK_THROW(channel.put(1), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(channel.try_put(1)), gnet::Misuse);
    BOOST_CHECK_THROW(channel.get(), gnet::Misuse);
    BOOST_CHECK_THROW(static_cast<void>(channel.try_get()), gnet::Misuse);
    BOOST_CHECK_THROW(channel.close(), gnet::Misuse);
    BOOST_CHECK_THROW(channel.close_now(), gnet::Misuse);
  }).join();
  BOOST_TEST(channel.empty());
}

BOOST_AUTO_TEST_CASE(destroying_it_under_its_waiters_tells_them_misuse) {
  std::optional<gnet::Channel<int>> channel(std::in_place);
  auto getter = gnet::spawn([&] { channel->get(); });
  gnet::yield();
  channel.reset();
  BOOST_CHECK_THROW(getter.get(), gnet::Misuse);
  channel.emplace();
  auto putter = gnet::spawn([&] { channel->put(1); });
  gnet::yield();
  channel.reset();
  BOOST_CHECK_THROW(putter.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
