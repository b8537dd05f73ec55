#include "gnet/base/source_location.h"

#include <boost/test/unit_test.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(source_location)

namespace {

gnet::SourceLocation here(gnet::SourceLocation where = gnet::SourceLocation::current()) {
  return where;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_default_argument_is_the_place_of_the_call) {
  const auto where = here();
  BOOST_TEST(where.line() == __LINE__ - 1U);
  BOOST_TEST(std::string_view(where.file_name()).ends_with("source_location_test.cpp"));
}

BOOST_AUTO_TEST_CASE(one_made_from_nothing_is_nowhere) {
  BOOST_TEST(gnet::SourceLocation().line() == 0U);
  BOOST_TEST(std::string_view(gnet::SourceLocation().file_name()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
