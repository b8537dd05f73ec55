#include "gnet/base/version.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(version)

BOOST_AUTO_TEST_CASE(is_three_numbers) {
  const auto text = gnet::version();
  BOOST_TEST(text.find_first_not_of("0123456789.") == text.npos);
  BOOST_TEST(std::count(text.begin(), text.end(), '.') == 2);
}

BOOST_AUTO_TEST_SUITE_END()
