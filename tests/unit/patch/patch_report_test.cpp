#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "gnet/patch/patch.h"

BOOST_AUTO_TEST_SUITE(patch_report)

BOOST_AUTO_TEST_CASE(every_function_is_in_force_and_has_an_original_elsewhere) {
  const auto functions = gnet::patch::report();
  for (const auto& function : functions) {
    BOOST_TEST_CONTEXT(function.name) {
      BOOST_TEST(function.in_force);
      BOOST_TEST(!function.original.empty());
      BOOST_TEST(function.original != function.provider);
    }
  }
  BOOST_TEST(gnet::patch::in_force());
}

BOOST_AUTO_TEST_CASE(the_report_knows_what_the_header_promises) {
  const auto functions = gnet::patch::report();
  BOOST_TEST(std::ranges::is_sorted(functions, {}, &gnet::patch::PatchedFunction::name));
  for (const char* name :
       {"connect", "accept",  "accept4",         "read",        "readv",     "recv",    "recvfrom",
        "recvmsg", "write",   "writev",          "send",        "sendto",    "sendmsg", "poll",
        "ppoll",   "select",  "sleep",           "nanosleep",   "usleep",    "close",   "dup2",
        "dup3",    "waitpid", "clock_nanosleep", "getaddrinfo", "__read_chk"}) {
    BOOST_TEST(std::ranges::count(functions, name, &gnet::patch::PatchedFunction::name) == 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
