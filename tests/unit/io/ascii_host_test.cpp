#include "gnet/io/ascii_host.h"

#include <boost/test/unit_test.hpp>

#include "gnet/io/resolver.h"

BOOST_AUTO_TEST_SUITE(ascii_host)

BOOST_AUTO_TEST_CASE(international_names_become_a_labels) {
  BOOST_TEST(gnet::ascii_host("b\xc3\xbc"
                              "cher.test") == "xn--bcher-kva.test");
  // Not "ss", which is another host (IDNA 2008); and composed first.
  BOOST_TEST(gnet::ascii_host("fa\xc3\x9f.test") == "xn--fa-hia.test");
  BOOST_TEST(gnet::ascii_host("bu\xcc\x88"
                              "cher.test") == "xn--bcher-kva.test");
}

BOOST_AUTO_TEST_CASE(ascii_stays_as_it_is) {
  for (const char* name : {"", "localhost", "under_score.test", "xn--bcher-kva.test", "::1"}) {
    BOOST_TEST(gnet::ascii_host(name) == name);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_not_resolved) {
  for (const char* name : {"\xff\xfe.test", "\xe2\x80\x8b"}) {
    BOOST_CHECK_THROW(static_cast<void>(gnet::ascii_host(name)), gnet::ResolveError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
