#include "gnet/protocol/close_reason.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(close_reason)

using namespace std::chrono_literals;
using gnet::CloseKind;
using gnet::CloseReason;

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(CloseKind::service_stop); ++kind) {
    names.insert(to_string(static_cast<CloseKind>(kind)));
  }
  BOOST_TEST(names.size() == 9U);
  BOOST_TEST(names.count("unknown") == 0U);
}

BOOST_AUTO_TEST_CASE(the_text_tells_what_was_thrown) {
  BOOST_TEST((CloseReason{CloseKind::eof, nullptr}.text()) == "eof");
  BOOST_TEST((CloseReason{CloseKind::write_timeout, nullptr, 1500ms}.text()) ==
             "write timeout of 1.5s passed");
  const auto error = std::make_exception_ptr(std::runtime_error("as asked"));
  BOOST_TEST((CloseReason{CloseKind::handler_error, error}.text()) == "handler error: as asked");
}

BOOST_AUTO_TEST_SUITE_END()
