#include "gnet/http/status.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(registered_codes_have_their_phrase) {
  using gnet::http::reason_phrase;
  BOOST_TEST(reason_phrase(100) == "Continue");
  BOOST_TEST(reason_phrase(200) == "OK");
  BOOST_TEST(reason_phrase(404) == "Not Found");
  BOOST_TEST(reason_phrase(413) == "Content Too Large");
  BOOST_TEST(reason_phrase(505) == "HTTP Version Not Supported");
  BOOST_TEST(reason_phrase(299) == "");
  BOOST_TEST(reason_phrase(0) == "");
  BOOST_TEST(reason_phrase(-1) == "");
}

BOOST_AUTO_TEST_CASE(some_answers_never_have_a_body) {
  using gnet::http::is_without_body;
  for (const int status : {100, 101, 103, 199, 204, 304}) BOOST_TEST(is_without_body(status));
  for (const int status : {200, 205, 206, 301, 400, 500}) BOOST_TEST(!is_without_body(status));
}

BOOST_AUTO_TEST_SUITE_END()
