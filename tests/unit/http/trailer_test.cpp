#include "gnet/http/trailer.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(trailer)

using gnet::http::FieldName;
using gnet::http::may_be_trailer;

BOOST_AUTO_TEST_CASE(what_the_body_is_read_by_is_no_trailer) {
  for (const char* name :
       {"Content-Length", "TRANSFER-ENCODING", "host",          "Trailer",  "TE",
        "Connection",     "Upgrade",           "Authorization", "Cookie",   "Set-Cookie",
        "Content-Type",   "Content-Encoding",  "Range",         "If-Match", "Expect",
        "Cache-Control",  "max-forwards",      "Age",           "Location", "Date"}) {
    BOOST_TEST(!may_be_trailer(name), name);
  }
  BOOST_TEST(!may_be_trailer(FieldName::content_length));
}

BOOST_AUTO_TEST_CASE(what_is_known_afterwards_is_one) {
  for (const char* name :
       {"Server-Timing", "X-Checksum", "ETag", "Content-Digest", "grpc-status"}) {
    BOOST_TEST(may_be_trailer(name), name);
  }
  BOOST_TEST(may_be_trailer(FieldName::etag));
  BOOST_TEST(may_be_trailer(FieldName::other));
}

BOOST_AUTO_TEST_SUITE_END()
