#include "cli/client/attempt.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/sync/event.h"

BOOST_AUTO_TEST_SUITE(attempt)

using namespace std::chrono_literals;
using gnet::Deadline;

BOOST_AUTO_TEST_CASE(what_returns_was_made) {
  bool called = false;
  const cli::Attempt made = cli::attempt(Deadline::never(), [&] { called = true; });
  BOOST_TEST(called);
  BOOST_TEST(made.made());
  BOOST_TEST(made.reason == "");
}

BOOST_AUTO_TEST_CASE(what_throws_has_a_reason) {
  const cli::Attempt refused = cli::attempt(60s, [] {
    throw std::system_error(std::make_error_code(std::errc::connection_refused), "connect");
  });
  BOOST_TEST(!refused.made());
  BOOST_TEST(!refused.late);
  BOOST_TEST(refused.reason == "connection refused");
  const cli::Attempt other = cli::attempt(60s, [] { throw std::runtime_error("no luck"); });
  BOOST_TEST(other.reason == "no luck");
  BOOST_CHECK_THROW(std::rethrow_exception(other.error), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_interrupted) {
  const cli::Attempt late = cli::attempt(20ms, [] { gnet::Event().wait(); });
  BOOST_TEST(!late.made());
  BOOST_TEST(late.late);
  BOOST_TEST(late.reason == "no answer within 20ms");
}

BOOST_AUTO_TEST_CASE(a_shorter_limit_of_its_own_is_late_too) {
  const cli::Attempt late = cli::attempt(
      60s, [] { throw std::system_error(std::make_error_code(std::errc::timed_out), "connect"); });
  BOOST_TEST(late.late);
  BOOST_TEST(late.reason != "no answer within 1m");
}

BOOST_AUTO_TEST_CASE(the_interrupts_of_others_go_through) {
  bool over = false;
  auto fiber = gnet::spawn([&] {
    static_cast<void>(cli::attempt(60s, [] { gnet::Event().wait(); }));
    over = true;
  });
  gnet::yield();
  fiber.kill();
  BOOST_TEST(!over);
}

BOOST_AUTO_TEST_SUITE_END()
