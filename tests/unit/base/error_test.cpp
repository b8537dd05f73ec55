#include "gnet/base/error.h"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <new>

BOOST_AUTO_TEST_SUITE(error)

using gnet::describe;

namespace {

template <typename Function>
std::string text_of(Function throws) {
  try {
    throws();
  } catch (...) {
    return describe(std::current_exception());
  }
  return "nothing thrown";
}

struct Stopped : gnet::Interrupt {
  const char* what() const noexcept override { return "stopped"; }
};

struct Nameless {};

}  // namespace

BOOST_AUTO_TEST_CASE(a_failed_call_says_what_and_why_in_lower_case_and_without_numbers) {
  BOOST_TEST(text_of([] {
               gnet::throw_errno(ECONNREFUSED, "cannot connect to tcp://127.0.0.1:1");
             }) == "cannot connect to tcp://127.0.0.1:1: connection refused");
  BOOST_TEST(text_of([] {
               errno = EADDRINUSE;
               gnet::throw_errno("cannot listen on tcp://127.0.0.1:80");
             }) == "cannot listen on tcp://127.0.0.1:80: address already in use");
}

BOOST_AUTO_TEST_CASE(it_keeps_the_code_for_those_who_handle_it) {
  try {
    gnet::throw_errno(EACCES, "cannot open x");
  } catch (const std::system_error& error) {
    BOOST_TEST((error.code() == std::errc::permission_denied));
    BOOST_TEST(std::string(error.what()) == "cannot open x: permission denied");
    const auto* ours = dynamic_cast<const gnet::SystemError*>(&error);
    BOOST_TEST_REQUIRE(ours != nullptr);
    BOOST_TEST(std::string(ours->context()) == "cannot open x");
    return;
  }
  BOOST_FAIL("nothing thrown");
}

BOOST_AUTO_TEST_CASE(an_error_without_context_is_its_reason) {
  BOOST_TEST(
      std::string(gnet::SystemError(std::make_error_code(std::errc::timed_out), {}).what()) ==
      "connection timed out");
}

BOOST_AUTO_TEST_CASE(a_timeout_says_how_long_was_waited) {
  const auto text = [](gnet::Duration waited) -> std::string {
    try {
      gnet::throw_timed_out("receive", gnet::Clock::now() - waited);
    } catch (const std::system_error& error) {
      BOOST_TEST((error.code() == std::errc::timed_out));
      return gnet::describe(error);
    }
  };
  BOOST_TEST(text(std::chrono::seconds(90)) == "receive: timed out after 1m30s");
  BOOST_TEST(text(std::chrono::seconds(2)) == "receive: timed out after 2s");
}

BOOST_AUTO_TEST_CASE(errors_of_others_are_put_into_lower_case) {
  BOOST_TEST(text_of([] {
               throw std::system_error(ENOENT, std::system_category(), "cannot stat x");
             }) == "cannot stat x: no such file or directory");
}

BOOST_AUTO_TEST_CASE(anything_thrown_has_a_text) {
  BOOST_TEST(describe(std::exception_ptr()).empty());
  BOOST_TEST(text_of([] { throw std::runtime_error("it broke"); }) == "it broke");
  BOOST_TEST(text_of([] { throw gnet::Misuse("second reader"); }) == "second reader");
  BOOST_TEST(text_of([] { throw Stopped(); }) == "stopped");
  BOOST_TEST(text_of([] { throw std::string("text"); }) == "text");
  BOOST_TEST(text_of([] { throw "text"; }) == "text");
  BOOST_TEST(text_of([] { throw std::bad_alloc(); }) == "out of memory");
  BOOST_TEST(text_of([] { throw 7; }) == "exception of type int");
  BOOST_TEST(text_of([] { throw Nameless(); }).ends_with("Nameless"));
}

BOOST_AUTO_TEST_CASE(nested_causes_follow_after_a_colon) {
  BOOST_TEST(text_of([] {
               try {
                 gnet::throw_errno(ENOSPC, "cannot write x");
               } catch (...) {
                 std::throw_with_nested(std::runtime_error("cannot save"));
               }
             }) == "cannot save: cannot write x: no space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
