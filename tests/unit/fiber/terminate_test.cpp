#include "gnet/fiber/terminate.h"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <string>

#include "gnet/fiber/fiber.h"
#include "tests/unit/child.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(terminate)

using namespace test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  BOOST_TEST_MESSAGE("'" << part << "' is not in:\n" << text);
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_timeout_that_nobody_catches_is_told) {
  const auto death = death_of([]() noexcept {
    const gnet::Timeout limit(1ms, "fetching");
    gnet::sleep(10s);
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(contains(death.words,
                      "gnet: not caught in main (the thread's own): "
                      "timed out after 1ms: fetching\n"));
  BOOST_TEST(contains(death.words, "'gnet::Timeout'"));  // from the handler before this one
}

BOOST_AUTO_TEST_CASE(so_is_the_fiber_in_which_it_happens) {
  const auto death = death_of([] {
    gnet::spawn({.name = "careless"}, []() noexcept {
      const gnet::Timeout limit(1ms);
      gnet::sleep(10s);
    }).join();
  });
  BOOST_TEST(contains(death.words, "gnet: not caught in careless (spawned at terminate_test.cpp:"));
  BOOST_TEST(contains(death.words, "): timed out after 1ms\n"));
}

BOOST_AUTO_TEST_CASE(other_exceptions_are_left_to_the_handler_before) {
  const auto death = death_of([]() noexcept {
    gnet::yield();
    std::rethrow_exception(std::make_exception_ptr(std::runtime_error("as asked")));
  });
  BOOST_TEST(death.signal == SIGABRT);
  BOOST_TEST(!contains(death.words, "gnet: not caught"));
  BOOST_TEST(contains(death.words, "as asked"));
}

BOOST_AUTO_TEST_SUITE_END()
