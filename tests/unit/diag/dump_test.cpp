#include "gnet/diag/dump.h"

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/mutex.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(dump)

namespace {

using namespace test;

// The line of the dump that is about this fiber, with its indentation; empty if there is none.
std::string line_of(const std::string& name) {
  const std::string text = "\n" + gnet::diag::dump();
  for (std::size_t start = 0; (start = text.find('\n', start)) + 1 < text.size(); ++start) {
    const std::string line = text.substr(start + 1, text.find('\n', start + 1) - start - 1);
    if (line.find_first_not_of(' ') == line.find(name + " (")) return line;
  }
  return {};
}

std::size_t depth_of(const std::string& name) {
  return line_of(name).find_first_not_of(' ') / 2;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_calling_fiber_runs) {
  BOOST_TEST(gnet::diag::dump().starts_with("main (the thread's own): running\n"));
}

BOOST_AUTO_TEST_CASE(a_waiting_fiber_says_where_it_comes_from_and_what_it_waits_for) {
  gnet::Event never;
  auto waiter = gnet::spawn([&] {
    gnet::this_fiber::set_name("the waiter");
    never.wait();
  });
  gnet::yield();
  const std::string line = line_of("the waiter");
  BOOST_TEST(contains(line, "(spawned at dump_test.cpp:"));
  BOOST_TEST(contains(line, "): waiting for Event 0x"));
  waiter.kill();
  BOOST_TEST(line_of("the waiter") == "");
}

BOOST_AUTO_TEST_CASE(a_fiber_that_has_not_begun_is_in_it_too) {
  auto fiber = gnet::spawn([] {});
  BOOST_TEST(contains(gnet::diag::dump(), "): scheduled"));
  fiber.join();
}

BOOST_AUTO_TEST_CASE(fibers_stand_below_the_one_that_spawned_them) {
  gnet::Event never;
  auto parent = gnet::spawn({.name = "parent"}, [&] {
    auto child = gnet::spawn({.name = "child"}, [&] { never.wait(); });
    auto sibling = gnet::spawn({.name = "sibling"}, [&] { never.wait(); });
    never.wait();
  });
  auto other = gnet::spawn({.name = "other"}, [&] { never.wait(); });
  let_run();
  BOOST_TEST(depth_of("main") == 0U);
  BOOST_TEST(depth_of("parent") == 1U);
  BOOST_TEST(depth_of("child") == 2U);
  BOOST_TEST(depth_of("sibling") == 2U);
  BOOST_TEST(depth_of("other") == 1U);
  const std::string text = gnet::diag::dump();
  BOOST_TEST(text.find("parent (") < text.find("child ("));
  BOOST_TEST(text.find("child (") < text.find("sibling ("));
  BOOST_TEST(text.find("sibling (") < text.find("other ("));
  never.set();
  parent.join();
  other.join();
  let_run();
}

BOOST_AUTO_TEST_CASE(an_orphan_stands_below_main_and_says_whose_it_was) {
  gnet::Event never;
  std::uint64_t parent = 0;
  gnet::Fiber<> orphan;
  gnet::spawn([&] {
    parent = gnet::this_fiber::id();
    orphan = gnet::spawn({.name = "orphan"}, [&] { never.wait(); });
  }).join();
  let_run();
  BOOST_TEST(depth_of("orphan") == 1U);
  BOOST_TEST(contains(line_of("orphan"),
                      " by fiber-" + std::to_string(parent) + ", which has ended): waiting"));
  never.set();
  orphan.join();
}

BOOST_AUTO_TEST_CASE(a_deadline_is_told) {
  auto sleeper = gnet::spawn({.name = "sleeper"}, [] { gnet::sleep(100h); });
  let_run();
  BOOST_TEST(contains(line_of("sleeper"), "waiting for time to pass, at most "));
  sleeper.kill();
}

BOOST_AUTO_TEST_CASE(the_use_of_a_stack_is_told_in_pages) {
  gnet::Event never;
  const auto frugal = [&] { never.wait(); };
  const auto greedy = [&] {
    volatile char space[64 * 1024];
    for (std::size_t i = 0; i < sizeof space; i += 1024) space[i] = 1;
    never.wait();
  };
  // No other fiber has had a stack of this size.
  auto little = gnet::spawn({.name = "little", .stack_size = 2 * 1024 * 1024}, [&] { frugal(); });
  auto much = gnet::spawn({.name = "much", .stack_size = 2 * 1024 * 1024}, [&] { greedy(); });
  let_run();
  const auto used = [](const std::string& line) {
    return std::stoul(line.substr(line.find("; stack ") + 8));
  };
  BOOST_TEST(contains(line_of("little"), "K of 2048K"));
  BOOST_TEST(used(line_of("little")) >= 4U);
  if (!kSanitized) BOOST_TEST(used(line_of("little")) <= 32U);
  BOOST_TEST(used(line_of("much")) >= 64U);
  never.set();
  little.join();
  much.join();
}

BOOST_AUTO_TEST_CASE(deadlocks_come_at_the_end) {
  gnet::Fiber<> one;
  gnet::Fiber<> two;
  one = gnet::spawn({.name = "one"}, [&] { two.join(); });
  two = gnet::spawn({.name = "two"}, [&] { one.join(); });
  let_run();
  BOOST_TEST(contains(gnet::diag::dump(), "\ndeadlock of 2 fibers:\n  one (spawned at"));
  one.kill();
  two.join();
  BOOST_TEST(!contains(gnet::diag::dump(), "deadlock"));
}

BOOST_AUTO_TEST_SUITE_END()
