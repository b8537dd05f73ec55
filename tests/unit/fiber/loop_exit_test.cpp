#include "gnet/fiber/loop_exit.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/wait.h"
#include "gnet/sync/event.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(loop_exit)

using namespace test;
using gnet::LoopExit;
using gnet::sleep;
using gnet::spawn;
using gnet::yield;

namespace {

std::string message_of(const std::function<void()>& blocking) {
  try {
    blocking();
  } catch (const LoopExit& error) {
    return error.what();
  }
  return "no LoopExit";
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  BOOST_TEST_MESSAGE("'" << part << "' is not in:\n" << text);
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(waiting_for_ever_in_main_is_an_error) {
  gnet::Event event;
  BOOST_CHECK_THROW(event.wait(), LoopExit);
}

BOOST_AUTO_TEST_CASE(a_deadline_of_a_wait_that_has_ended_is_no_reason_to_go_on) {
  gnet::Event event;
  auto setter = spawn([&] { event.set(); });
  BOOST_TEST(event.wait(1min));
  event.clear();
  const auto since = gnet::Clock::now();
  BOOST_CHECK_THROW(event.wait(), LoopExit);
  BOOST_CHECK(gnet::Clock::now() - since < 30s);
}

BOOST_AUTO_TEST_CASE(the_program_may_go_on_afterwards) {
  gnet::Event event;
  for (int i = 0; i < 3; ++i) BOOST_CHECK_THROW(event.wait(), LoopExit);
  sleep(1ms);
  auto fiber = spawn([&] { event.set(); });
  event.wait();
  BOOST_TEST(event.is_set());
}

BOOST_AUTO_TEST_CASE(is_a_runtime_error) {
  gnet::Event event;
  BOOST_CHECK_THROW(event.wait(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(its_text_is_the_wait_graph) {
  gnet::Event event;
  auto reader = spawn({.name = "reader"}, [&] { event.wait(); });
  const int line = __LINE__ - 1;
  auto joiner = spawn({.name = "joiner"}, [&] { reader.join(); });
  auto created = gnet::Fiber<>::create([] {});
  const auto text = message_of([&] { joiner.join(); });
  BOOST_TEST(contains(text, "this would block for ever:"));
  BOOST_TEST(contains(
      text, "reader (spawned at loop_exit_test.cpp:" + std::to_string(line) + ") waits for Event"));
  BOOST_TEST(contains(text, "joiner (spawned at loop_exit_test.cpp:"));
  BOOST_TEST(contains(text, "waits for the end of reader"));
  BOOST_TEST(contains(text, "main (the thread's own) waits for"));
  BOOST_TEST(contains(text, "waits for the end of joiner"));
  BOOST_TEST(text.find("fiber-") == std::string::npos);  // who does not wait is not named
  event.set();
  joiner.join();
}

BOOST_AUTO_TEST_CASE(objects_waited_for_are_told_apart) {
  gnet::Event one;
  gnet::Event two;
  auto fiber = spawn([&] { one.wait(); });
  const auto text = message_of([&] { two.wait(); });
  const auto pointer = [](const void* object) { return fmt::format("Event {}", object); };
  BOOST_TEST(contains(text, pointer(&one)));
  BOOST_TEST(contains(text, pointer(&two)));
  fiber.kill();
}

BOOST_AUTO_TEST_CASE(fibers_that_join_each_other_are_found_out) {
  gnet::Fiber<> one;
  gnet::Fiber<> two;
  one = spawn({.name = "one"}, [&] { two.join(); });
  two = spawn({.name = "two"}, [&] { one.join(); });
  const auto text = message_of([&] { one.join(); });
  BOOST_TEST(contains(text, "waits for the end of one"));
  BOOST_TEST(contains(text, "waits for the end of two"));
  one.kill();
  BOOST_TEST(two.join(1s));
}

BOOST_AUTO_TEST_CASE(a_timer_is_something_to_wait_for) {
  gnet::Event event;
  auto fiber = gnet::spawn_later(5ms, [&] { event.set(); });
  event.wait();
  event.clear();
  auto sleeper = spawn([&] {
    sleep(5ms);
    event.set();
  });
  event.wait();
  BOOST_TEST(event.is_set());
}

BOOST_AUTO_TEST_CASE(a_timeout_is_something_to_wait_for) {
  gnet::Event event;
  gnet::Timeout limit(5ms);
  BOOST_CHECK_THROW(event.wait(), gnet::Timeout);
}

BOOST_AUTO_TEST_CASE(a_deadline_is_something_to_wait_for) {
  gnet::Event event;
  BOOST_TEST(!event.wait(5ms));
}

BOOST_AUTO_TEST_CASE(a_post_that_is_under_way_is_something_to_wait_for) {
  gnet::Event event;
  gnet::Hub::current().post([&] { event.set(); });
  event.wait();
  BOOST_TEST(event.is_set());
}

BOOST_AUTO_TEST_CASE(a_fiber_that_waits_for_the_rest_is_told_before_main) {
  gnet::Event event;
  auto idle = spawn([&] {
    const bool finished = gnet::wait();
    event.set();
    return finished;
  });
  event.wait();
  BOOST_TEST(idle.get());
}

BOOST_AUTO_TEST_CASE(other_fibers_survive_it) {
  gnet::Event event;
  gnet::Event other;
  auto fiber = spawn([&] { event.wait(); });
  BOOST_CHECK_THROW(other.wait(), LoopExit);
  BOOST_TEST(fiber.active());
  event.set();
  fiber.join();
}

BOOST_AUTO_TEST_CASE(an_interrupted_main_has_left_the_queue) {
  gnet::Event event;
  auto fiber = spawn([&] { event.wait(); });
  BOOST_CHECK_THROW(fiber.join(), LoopExit);
  event.set();
  fiber.join();
  BOOST_TEST(fiber.ready());
}

BOOST_AUTO_TEST_CASE(it_happens_on_other_threads_too) {
  std::string text;
  on_thread([&] {
    gnet::Event event;
    text = message_of([&] { event.wait(); });
  });
  BOOST_TEST(contains(text, "main (the thread's own) waits for Event"));
}

BOOST_AUTO_TEST_CASE(the_wait_graph_can_be_asked_for) {
  auto fiber = spawn({.name = "sleeper"}, [] { sleep(10s); });
  yield();
  BOOST_TEST(contains(gnet::Hub::current().wait_graph(), "sleeper (spawned at"));
  BOOST_TEST(contains(gnet::Hub::current().wait_graph(), "waits for time to pass"));
  fiber.kill();
  BOOST_TEST(gnet::Hub::current().wait_graph().empty());
}

BOOST_AUTO_TEST_SUITE_END()
