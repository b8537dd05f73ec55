#include "gnet/http/sha256.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(sha256)

// FIPS 180-4 has the values of these.
BOOST_AUTO_TEST_CASE(the_hash_is_that_of_the_standard) {
  BOOST_TEST(gnet::http::Sha256().hex() ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  gnet::http::Sha256 abc;
  abc.update("a");
  abc.update("");
  abc.update("bc");
  BOOST_TEST(abc.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()
