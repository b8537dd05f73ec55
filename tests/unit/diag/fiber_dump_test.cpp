#include "gnet/diag/fiber_dump.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"
#include "gnet/sync/semaphore.h"

namespace {

// The line of the dump that is about this fiber; empty if there is none.
std::string line_of(const std::string& name) {
  const std::string text = "\n" + gnet::fiber_dump();
  const std::size_t start = text.find("\n" + name + " ");
  if (start == std::string::npos) return {};
  return text.substr(start + 1, text.find('\n', start + 1) - start - 1);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fiber_dump)

BOOST_AUTO_TEST_CASE(the_calling_fiber_runs) {
  BOOST_TEST(contains(gnet::fiber_dump(), ": running\n"));
}

BOOST_AUTO_TEST_CASE(a_waiting_fiber_says_where_it_comes_from_and_what_it_waits_for) {
  gnet::Event never;
  auto waiter = gnet::spawn([&] {
    gnet::this_fiber::set_name("the waiter");
    never.wait();
  });
  gnet::yield();
  const std::string line = line_of("the waiter");
  BOOST_TEST(contains(line, "(spawned at fiber_dump_test.cpp:"));
  BOOST_TEST(contains(line, "waiting for Event 0x"));
  waiter.kill();
  BOOST_TEST(line_of("the waiter") == "");
}

BOOST_AUTO_TEST_CASE(a_fiber_that_has_not_begun_is_in_it_too) {
  auto fiber = gnet::spawn([] {});
  BOOST_TEST(contains(gnet::fiber_dump(), "): scheduled\n"));
  fiber.join();
}

BOOST_AUTO_TEST_SUITE_END()
