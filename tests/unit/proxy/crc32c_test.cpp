#include "gnet/proxy/crc32c.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(crc32c)

namespace sums = gnet::proxy::detail;

// RFC 3720, appendix B.4, and the usual check value.
BOOST_AUTO_TEST_CASE(known_sums_are_found) {
  BOOST_TEST(sums::crc32c("123456789") == 0xe3069283U);
  BOOST_TEST(sums::crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  BOOST_TEST(sums::crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
  BOOST_TEST(sums::crc32c("") == 0U);
}

BOOST_AUTO_TEST_CASE(a_sum_goes_on_where_another_has_ended) {
  BOOST_TEST(sums::crc32c("56789", sums::crc32c("1234")) == 0xe3069283U);
}

BOOST_AUTO_TEST_SUITE_END()
