#include "commands/exec_input.h"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/hub.h"
#include "gnet/sync/event.h"

BOOST_AUTO_TEST_SUITE(exec_input)

using commands::ExecInput;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(all_is_taken_in_order) {
  std::string taken;
  ExecInput input({.take =
                       [&](std::string_view text) {
                         gnet::yield();
                         taken += text;
                       },
                   .piece = 2});
  for (const char* text : {"one", "two", "", "three"}) input.put(text);
  input.finish(1s);
  BOOST_TEST(taken == "onetwothree");
}

BOOST_AUTO_TEST_CASE(what_goes_at_once_is_cut_nowhere_but_between_puts) {
  std::vector<std::string> taken;
  gnet::Event go;
  ExecInput input({.take = [&](std::string_view text) {
    go.wait();
    taken.emplace_back(text);
  }});
  input.put("first");
  gnet::yield();
  input.put("second");
  input.put("third");
  go.set();
  input.finish(1s);
  BOOST_TEST(taken == (std::vector<std::string>{"first", "secondthird"}),
             boost::test_tools::per_element());
}

// The client is called meanwhile, so that one that has gone is noticed.
BOOST_AUTO_TEST_CASE(too_much_waits_and_calls_until_some_is_taken) {
  gnet::Event go;
  int calls = 0;
  ExecInput input({.take = [&](std::string_view) { go.wait(); },
                   .piece = 64 * 1024,
                   .stuck =
                       [&] {
                         if (++calls == 2) go.set();
                       }});
  const std::string much(1024 * 1024, 'x');
  input.put(much);
  gnet::yield();
  input.put(much);
  BOOST_TEST(calls == 0);
  input.put("more");
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(what_a_call_throws_ends_the_wait) {
  gnet::Event never;
  ExecInput input({.take = [&](std::string_view) { never.wait(); },
                   .stuck = [] { throw std::system_error(ECONNRESET, std::generic_category()); }});
  const std::string much(1024 * 1024, 'x');
  input.put(much);
  gnet::yield();
  input.put(much);
  BOOST_CHECK_THROW(input.put("more"), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_program_that_takes_nothing_is_not_waited_for) {
  gnet::Event never;
  ExecInput input({.take = [&](std::string_view) { never.wait(); }});
  input.put("x");
  const gnet::TimePoint begin = gnet::Clock::now();
  input.finish(20ms);
  BOOST_TEST((gnet::Clock::now() - begin >= 20ms));
}

BOOST_AUTO_TEST_CASE(after_an_error_nothing_is_taken_and_nobody_waits) {
  int takes = 0;
  ExecInput input({.take = [&](std::string_view) {
    ++takes;
    throw std::system_error(EPIPE, std::generic_category());
  }});
  input.put("x");
  input.finish(1s);
  for (int i = 0; i < 3; ++i) input.put(std::string(1024 * 1024, 'x'));
  input.finish(1s);
  BOOST_TEST(takes == 1);
}

BOOST_AUTO_TEST_SUITE_END()
