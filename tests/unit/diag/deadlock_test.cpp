#include "gnet/diag/deadlock.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/channel.h"
#include "gnet/sync/event.h"
#include "gnet/sync/generator.h"
#include "gnet/sync/group.h"
#include "gnet/sync/mutex.h"
#include "gnet/sync/pool.h"
#include "gnet/sync/rlock.h"
#include "gnet/sync/select.h"
#include "gnet/sync/semaphore.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(deadlock)

namespace {

using namespace test;
using gnet::spawn;
using gnet::diag::Deadlock;
using gnet::diag::find_deadlocks;

using Names = std::vector<std::string>;

Names sorted(Names names) {
  std::ranges::sort(names);
  return names;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Two fibers that take two locks in opposite order, as far as they get.
template <typename Lock>
struct Opposite {
  Lock a;
  Lock b;
  gnet::Fiber<> one = spawn({.name = "one"}, [this] { take(a, b); });
  gnet::Fiber<> two = spawn({.name = "two"}, [this] { take(b, a); });

  Opposite() { let_run(); }
  ~Opposite() {
    one.kill();
    two.kill();
  }

  static void take(Lock& first, Lock& second) {
    const std::lock_guard outer(first);
    gnet::yield();
    const std::lock_guard inner(second);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(there_is_none_where_nobody_waits) {
  BOOST_TEST(find_deadlocks().empty());
  auto fiber = spawn([] {});
  BOOST_TEST(find_deadlocks().empty());
  fiber.join();
}

BOOST_AUTO_TEST_CASE(two_mutexes_taken_in_opposite_order) {
  const Opposite<gnet::Mutex> pair;
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"one", "two"}));
  BOOST_TEST(found[0].waiting.empty());
  BOOST_TEST(
      contains(found[0].text, "deadlock of 2 fibers:\n  one (spawned at deadlock_test.cpp:"));
  BOOST_TEST(contains(found[0].text, ", held by two\n  two (spawned at deadlock_test.cpp:"));
  BOOST_TEST(contains(found[0].text, ", held by one"));
}

BOOST_AUTO_TEST_CASE(it_is_found_while_others_go_on) {
  bool over = false;
  auto ticker = spawn([&] {
    while (!over) gnet::sleep(1ms);
  });
  {
    const Opposite<gnet::Mutex> pair;
    gnet::sleep(3ms);  // timers keep the hub alive
    BOOST_TEST(find_deadlocks().size() == 1U);
  }
  over = true;
  ticker.join();
  BOOST_TEST(find_deadlocks().empty());
}

BOOST_AUTO_TEST_CASE(two_rlocks) {
  const Opposite<gnet::RLock> pair;
  BOOST_TEST(find_deadlocks().size() == 1U);
}

BOOST_AUTO_TEST_CASE(those_who_wait_for_a_deadlock_are_named_too) {
  Opposite<gnet::Mutex> pair;
  auto third = spawn({.name = "third"}, [&] { pair.one.join(); });
  auto fourth = spawn({.name = "fourth"}, [&] { third.join(); });
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"one", "two"}));
  BOOST_TEST((sorted(found[0].waiting) == Names{"fourth", "third"}));
  BOOST_TEST(contains(found[0].text, "so these wait too:\n"));
  third.kill();
  fourth.kill();
}

BOOST_AUTO_TEST_CASE(no_more_than_ten_of_those_are_in_the_text) {
  Opposite<gnet::Mutex> pair;
  gnet::Group others;
  for (int i = 0; i < 13; ++i) others.spawn([&] { pair.two.join(); });
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found[0].waiting.size() == 13U);
  BOOST_TEST(contains(found[0].text, "\n  and 3 more"));
  others.kill();
}

BOOST_AUTO_TEST_CASE(fibers_that_join_each_other_in_a_circle) {
  std::vector<gnet::Fiber<>> ring(3);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    ring[i] = spawn({.name = "ring " + std::to_string(i)},
                    [&ring, i] { ring[(i + 1) % ring.size()].join(); });
  }
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"ring 0", "ring 1", "ring 2"}));
  for (auto& fiber : ring) fiber.kill();
}

BOOST_AUTO_TEST_CASE(one_of_several_that_are_joined_is_enough_for_a_circle) {
  gnet::Fiber<> joiner;
  std::vector<gnet::Fiber<>> fibers;
  fibers.push_back(spawn([] { gnet::sleep(10s); }));
  fibers.push_back(spawn({.name = "child"}, [&] { joiner.join(); }));
  joiner = spawn({.name = "joiner"}, [&] { gnet::joinall(fibers); });
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((sorted(found[0].fibers) == Names{"child", "joiner"}));
  joiner.kill();
  for (auto& fiber : fibers) fiber.kill();
}

BOOST_AUTO_TEST_CASE(all_of_several_fibers_have_to_be_stuck_where_any_would_do) {
  gnet::Fiber<> joiner;
  auto sleeper = spawn([] { gnet::sleep(10s); });
  auto child = spawn({.name = "child"}, [&] { joiner.join(); });
  gnet::Event event;
  joiner = spawn({.name = "joiner"}, [&] { gnet::wait_any(sleeper, child); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  joiner.kill();
  child.join();
  child = spawn({.name = "child"}, [&] { joiner.join(); });
  joiner = spawn({.name = "joiner"}, [&] { gnet::wait_any(child, event); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());  // anybody may set the event
  joiner.kill();
  child.join();
  child = spawn({.name = "child"}, [&] { joiner.join(); });
  auto other = spawn({.name = "other"}, [&] { joiner.join(); });
  joiner = spawn({.name = "joiner"}, [&] { gnet::wait_any(child, other); });
  let_run();
  BOOST_TEST(find_deadlocks().size() == 1U);
  joiner.kill();
  child.join();
  other.join();
  sleeper.kill();
}

BOOST_AUTO_TEST_CASE(a_generator_whose_body_waits_for_its_reader) {
  gnet::Fiber<> reader;
  gnet::Generator<int> numbers([&](auto& yield) {
    reader.join();
    yield(1);
  });
  reader = spawn({.name = "reader"}, [&] { static_cast<void>(numbers.next()); });
  let_run();
  BOOST_TEST(find_deadlocks().size() == 1U);
  reader.kill();
}

BOOST_AUTO_TEST_CASE(two_deadlocks_are_two) {
  const Opposite<gnet::Mutex> first;
  const Opposite<gnet::Mutex> second;
  BOOST_TEST(find_deadlocks().size() == 2U);
}

BOOST_AUTO_TEST_CASE(members_that_spawn_into_their_own_full_pool) {
  gnet::Pool pool(2);
  auto member = [&] {
    gnet::yield();
    pool.spawn([] {});
  };
  pool.spawn({.name = "first"}, member);
  pool.spawn({.name = "second"}, member);
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((sorted(found[0].fibers) == Names{"first", "second"}));
  BOOST_TEST(contains(found[0].text, "waits for a slot in Pool"));
  BOOST_TEST(contains(found[0].text, "held by first and 1 more"));
  pool.kill();
}

BOOST_AUTO_TEST_CASE(a_pool_with_one_busy_member_will_have_room) {
  gnet::Pool pool(2);
  pool.spawn([&] { pool.spawn([] {}); });
  auto busy = pool.spawn([] { gnet::sleep(10s); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  busy.kill();
  pool.join();
}

BOOST_AUTO_TEST_CASE(a_member_that_joins_its_group) {
  gnet::Group group;
  auto member = group.spawn([&] { group.join(); });
  auto other = group.spawn([] { gnet::sleep(10s); });
  let_run();
  BOOST_TEST(find_deadlocks().size() == 1U);
  member.kill();
  other.kill();
}

BOOST_AUTO_TEST_CASE(fibers_at_channels_reserved_for_them) {
  gnet::Channel<int> there;
  gnet::Channel<int> back;
  auto one = spawn({.name = "one"}, [&] { there.get(); });
  auto two = spawn({.name = "two"}, [&] { back.get(); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());  // anybody may put something there
  there.reserve_for({one.id(), two.id()});
  back.reserve_for({one.id(), two.id()});
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"one", "two"}));
  BOOST_TEST(contains(found[0].text, "waits for a sender at Channel"));
  BOOST_TEST(contains(found[0].text, "reserved for two"));
  there.reserve_for({one.id(), two.id(), gnet::this_fiber::id()});
  BOOST_TEST(find_deadlocks().empty());  // this fiber may put something there
  there.put(1);
  one.join();
  two.kill();
}

BOOST_AUTO_TEST_CASE(a_channel_whose_other_users_have_ended) {
  gnet::Channel<int> channel;
  auto other = spawn([] {});
  auto reader = spawn({.name = "reader"}, [&] { channel.get(); });
  channel.reserve_for({other.id(), reader.id()});
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"reader"}));
  reader.kill();
}

BOOST_AUTO_TEST_CASE(a_mutex_whose_holder_has_ended) {
  gnet::Mutex mutex;
  auto careless = spawn({.name = "careless"}, [&] { mutex.lock(); });
  auto waiter = spawn({.name = "waiter"}, [&] { mutex.lock(); });
  auto other = spawn({.name = "other"}, [&] { mutex.lock(); });
  let_run();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST((found[0].fibers == Names{"waiter", "other"}));
  BOOST_TEST(contains(found[0].text, "held by careless, which has ended"));
  waiter.kill();
  other.kill();
}

// ---- what is none ----

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_wait) {
  gnet::Mutex a;
  gnet::Mutex b;
  auto one = spawn([&] {
    const std::lock_guard lock(a);
    gnet::yield();
    if (b.lock(gnet::Deadline(10s))) b.unlock();
  });
  auto two = spawn([&] {
    const std::lock_guard lock(b);
    gnet::yield();
    const std::lock_guard inner(a);
  });
  let_run();
  BOOST_TEST((one.state() == gnet::FiberState::waiting));
  BOOST_TEST((two.state() == gnet::FiberState::waiting));
  BOOST_TEST(find_deadlocks().empty());
  one.kill();
  two.join();
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_a_wait) {
  gnet::Fiber<> two;
  auto one = spawn([&] {
    gnet::Timeout limit(10s);
    two.join();
  });
  two = spawn([&] { one.join(); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  one.kill();
  two.join();
}

BOOST_AUTO_TEST_CASE(a_scope_with_a_deadline_ends_a_wait) {
  gnet::Fiber<> two;
  auto one = spawn(
      [&] { gnet::move_on_after(10s, [&] { gnet::CancelScope().run([&] { two.join(); }); }); });
  two = spawn([&] { one.join(); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  one.kill();
  two.join();
}

BOOST_AUTO_TEST_CASE(what_anybody_may_end_is_none) {
  gnet::Event event;
  gnet::Semaphore semaphore(0);
  gnet::Queue<int> queue;
  gnet::Channel<int> channel;
  gnet::Group group;
  group.spawn([&] { event.wait(); });
  group.spawn([&] { semaphore.acquire(); });
  group.spawn([&] { queue.get(); });
  group.spawn([&] { channel.put(1); });
  group.spawn([&] { gnet::sleep(10s); });
  auto joiner = spawn([&] { group.join(); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  group.kill();
  joiner.join();
}

BOOST_AUTO_TEST_CASE(a_holder_that_sleeps_will_unlock) {
  gnet::Mutex mutex;
  auto holder = spawn([&] {
    const std::lock_guard lock(mutex);
    gnet::sleep(10s);
  });
  auto waiter = spawn([&] { const std::lock_guard lock(mutex); });
  let_run();
  BOOST_TEST(find_deadlocks().empty());
  holder.kill();
  waiter.join();
}

BOOST_AUTO_TEST_CASE(a_pending_kill_ends_a_wait) {
  Opposite<gnet::Mutex> pair;
  pair.one.kill_async();
  BOOST_TEST(find_deadlocks().empty());
}

BOOST_AUTO_TEST_CASE(many_fibers_behind_one_deadlock_take_little_time) {
  Opposite<gnet::Mutex> pair;
  gnet::Group others;
  for (int i = 0; i < 2000; ++i) others.spawn([&] { pair.a.lock(); });
  let_run();
  const auto start = gnet::Clock::now();
  const auto found = find_deadlocks();
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found[0].waiting.size() == 2000U);
  BOOST_TEST((since(start) < 5s));
  others.kill();
}

BOOST_AUTO_TEST_SUITE_END()
