#include "gnet/sync/select.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/timeout.h"
#include "gnet/sync/priority_queue.h"

using namespace std::chrono_literals;

// ::select() is a function.
namespace test {

BOOST_AUTO_TEST_SUITE(select)

BOOST_AUTO_TEST_CASE(the_case_that_can_go_ahead_does) {
  gnet::Channel<int> numbers;
  gnet::Channel<std::string> words(1);
  words.put("hello");
  gnet::Receive number(numbers);
  gnet::Receive word(words);
  BOOST_TEST(gnet::select(number, word) == 1u);
  BOOST_TEST(word.value() == "hello");
  BOOST_TEST(!gnet::select(2ms, number, word).has_value());
  BOOST_TEST(!gnet::try_select(number, word).has_value());
}

BOOST_AUTO_TEST_CASE(it_waits_for_whoever_comes_first_and_touches_nothing_else) {
  gnet::Channel<int> a;
  gnet::Channel<int> b;
  gnet::Queue<int> c;
  gnet::Receive from_a(a);
  gnet::Receive from_b(b);
  gnet::Receive from_c(c);
  auto sender = gnet::spawn([&] {
    b.put(2);
    a.put(1);
    c.put(3);
  });
  BOOST_TEST(gnet::select(from_a, from_b, from_c) == 1u);
  BOOST_TEST(from_b.value() == 2);
  BOOST_TEST(gnet::select(from_a, from_b, from_c) == 0u);
  BOOST_TEST(from_a.value() == 1);
  BOOST_TEST(gnet::select(from_a, from_b, from_c) == 2u);
  BOOST_TEST(from_c.value() == 3);
  BOOST_TEST(a.balance() == 0);
  BOOST_TEST(b.balance() == 0);
  BOOST_TEST(c.empty());
}

BOOST_AUTO_TEST_CASE(two_that_become_possible_in_one_turn_are_taken_one_after_the_other) {
  gnet::Queue<int> first;
  gnet::Queue<int> second;
  gnet::Receive from_first(first);
  gnet::Receive from_second(second);
  auto putter = gnet::spawn([&] {
    second.put(2);
    first.put(1);
  });
  BOOST_TEST(gnet::select(from_first, from_second) == 1u);
  BOOST_TEST(from_second.value() == 2);
  BOOST_TEST(first.size() == 1u);  // nobody's, not on its way to anybody
}

BOOST_AUTO_TEST_CASE(sends_go_to_those_who_receive) {
  gnet::Channel<std::string> channel;
  gnet::Queue<std::string> full(1);
  full.put("old");
  gnet::Send to_channel(channel, "hello");
  gnet::Send to_queue(full, "new");
  auto getter = gnet::spawn([&] { return channel.get(); });
  BOOST_TEST(gnet::select(to_channel, to_queue) == 0u);
  BOOST_TEST(getter.get() == "hello");
  BOOST_TEST(to_queue.item() == "new");
  to_channel.set("again");
  auto taker = gnet::spawn([&] { return full.get(); });
  BOOST_TEST(gnet::select(to_channel, to_queue) == 1u);
  BOOST_TEST(taker.get() == "old");
  BOOST_TEST(full.get() == "new");
  BOOST_TEST(to_channel.item() == "again");
  BOOST_TEST(channel.balance() == 0);
}

BOOST_AUTO_TEST_CASE(a_select_meets_a_select) {
  gnet::Channel<int> channel;
  gnet::Channel<int> nobody;
  auto other = gnet::spawn([&] {
    gnet::Send to_nobody(nobody, 1);
    gnet::Send to_channel(channel, 2);
    return gnet::select(to_nobody, to_channel);
  });
  gnet::Receive received(channel);
  gnet::Receive unused(nobody);
  std::optional<std::size_t> picked = gnet::select(1s, received, unused);
  BOOST_TEST(picked.has_value());
  BOOST_TEST((*picked == 0 ? received.value() == 2 : unused.value() == 1));
  BOOST_TEST(other.get() == (*picked == 0 ? 1u : 0u));
  BOOST_TEST(nobody.balance() == 0);
}

BOOST_AUTO_TEST_CASE(receive_and_send_on_the_same_channel_do_not_meet_each_other) {
  gnet::Channel<int> channel;
  gnet::Receive receive(channel);
  gnet::Send send(channel, 1);
  BOOST_TEST(!gnet::select(2ms, receive, send).has_value());
  auto other = gnet::spawn([&] { return channel.get(); });
  BOOST_TEST(gnet::select(receive, send) == 1u);
  BOOST_TEST(other.get() == 1);
}

BOOST_AUTO_TEST_CASE(it_stands_in_line_with_everybody_else) {
  gnet::Queue<int> queue;
  std::vector<std::string> trace;
  auto before = gnet::spawn([&] { trace.push_back("before " + std::to_string(queue.get())); });
  auto selecting = gnet::spawn([&] {
    gnet::Receive item(queue);
    gnet::select(item);
    trace.push_back("select " + std::to_string(item.value()));
  });
  auto after = gnet::spawn([&] { trace.push_back("after " + std::to_string(queue.get())); });
  gnet::yield();
  for (int i = 1; i <= 3; ++i) queue.put(i);
  after.join();
  BOOST_TEST(trace == (std::vector<std::string>{"before 1", "select 2", "after 3"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_several_none_starves) {
  gnet::Queue<int> a;
  gnet::Queue<int> b;
  gnet::Queue<int> c;
  for (int i = 0; i < 3000; ++i) {
    a.put(i);
    b.put(i);
    c.put(i);
  }
  gnet::Receive from_a(a);
  gnet::Receive from_b(b);
  gnet::Receive from_c(c);
  std::size_t counts[3] = {};
  for (int i = 0; i < 3000; ++i) ++counts[gnet::select(from_a, from_b, from_c)];
  for (const std::size_t count : counts) {
    BOOST_TEST(count > 800u);
    BOOST_TEST(count < 1200u);
  }
}

BOOST_AUTO_TEST_CASE(a_closed_case_is_picked_and_says_so) {
  gnet::Channel<int> channel;
  gnet::Queue<int> queue;
  gnet::Receive from_channel(channel);
  gnet::Receive from_queue(queue);
  auto closer = gnet::spawn([&] {
    queue.close();
    gnet::yield();
    channel.close();
  });
  BOOST_TEST(gnet::select(from_channel, from_queue) == 1u);
  BOOST_TEST(from_queue.closed());
  BOOST_CHECK_THROW(static_cast<void>(from_queue.value()), gnet::QueueClosed);
  from_queue.enable(false);
  BOOST_TEST(gnet::select(from_channel, from_queue) == 0u);
  BOOST_TEST(from_channel.closed());
  BOOST_TEST(*gnet::try_select(from_channel) == 0u);
  gnet::Send to_queue(queue, 1);
  BOOST_TEST(gnet::select(to_queue) == 0u);
  BOOST_TEST(to_queue.closed());
  gnet::Queue<int> full(1);
  full.put(0);
  gnet::Send to_full(full, 1);
  auto second_closer = gnet::spawn([&] { full.close(); });
  BOOST_TEST(gnet::select(to_full) == 0u);
  BOOST_TEST(to_full.closed());
}

BOOST_AUTO_TEST_CASE(an_item_promised_to_it_and_revoked_is_a_closed_case) {
  gnet::Queue<int> queue;
  auto selecting = gnet::spawn([&] {
    gnet::Receive item(queue);
    gnet::select(item);
    return item.closed();
  });
  gnet::yield();
  queue.put(1);
  queue.close_now();
  BOOST_TEST(selecting.get());
}

BOOST_AUTO_TEST_CASE(an_outer_timeout_is_not_lost_and_leaves_no_one_in_line) {
  gnet::Channel<int> channel;
  gnet::Queue<int> queue;
  gnet::Receive from_channel(channel);
  gnet::Receive from_queue(queue);
  {
    gnet::Timeout outer(1ms);
    BOOST_CHECK_EXCEPTION(static_cast<void>(gnet::select(30s, from_channel, from_queue)),
                          gnet::Timeout,
                          [&](const gnet::Timeout& fired) { return fired == outer; });
  }
  BOOST_TEST(channel.balance() == 0);
  queue.put(1);
  BOOST_TEST(queue.size() == 1u);
}

BOOST_AUTO_TEST_CASE(other_kinds_of_queues_and_things_that_only_move_will_do) {
  gnet::PriorityQueue<int> ranked;
  gnet::Channel<std::unique_ptr<int>> channel;
  ranked.put(2);
  ranked.put(1);
  gnet::Receive smallest(ranked);
  BOOST_TEST(gnet::select(smallest) == 0u);
  BOOST_TEST(smallest.value() == 1);
  gnet::Send send(channel, std::make_unique<int>(5));
  auto getter = gnet::spawn([&] { return channel.get(); });
  BOOST_TEST(gnet::select(send) == 0u);
  BOOST_TEST(*std::move(getter).get() == 5);
}

BOOST_AUTO_TEST_CASE(a_case_used_by_two_fibers_at_once_is_misuse) {
  gnet::Channel<int> channel;
  gnet::Receive shared(channel);
  auto first = gnet::spawn([&] { return gnet::select(shared); });
  gnet::yield();
  BOOST_CHECK_THROW(gnet::select(shared), gnet::Misuse);
  channel.put(1);
  BOOST_TEST(first.get() == 0u);
  BOOST_TEST(shared.value() == 1);
}

BOOST_AUTO_TEST_CASE(a_deadlock_is_a_loop_exit) {
  gnet::Channel<int> channel;
  gnet::Receive receive(channel);
  BOOST_CHECK_THROW(gnet::select(receive), gnet::LoopExit);
  receive.enable(false);
  BOOST_CHECK_THROW(gnet::select(receive), gnet::LoopExit);
  BOOST_TEST(channel.balance() == 0);
}

BOOST_AUTO_TEST_CASE(destroying_a_channel_or_a_queue_under_it_tells_it_misuse) {
  auto channel = std::make_unique<gnet::Channel<int>>();
  auto queue = std::make_unique<gnet::Queue<int>>();
  auto selecting = gnet::spawn([&] {
    gnet::Receive from_channel(*channel);
    gnet::Receive from_queue(*queue);
    gnet::select(from_channel, from_queue);
  });
  gnet::yield();
  channel.reset();
  queue.reset();
  BOOST_CHECK_THROW(selecting.get(), gnet::Misuse);
  queue = std::make_unique<gnet::Queue<int>>();
  auto granted = gnet::spawn([&] {
    gnet::Receive from_queue(*queue);
    gnet::select(from_queue);
  });
  gnet::yield();
  queue->put(1);
  queue.reset();
  BOOST_CHECK_THROW(granted.get(), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace test
