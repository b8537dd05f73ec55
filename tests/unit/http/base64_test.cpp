#include "gnet/http/base64.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(base64)

using gnet::http::base64_decode;
using gnet::http::base64_encode;

BOOST_AUTO_TEST_CASE(the_vectors_of_the_rfc_hold) {
  const std::string text = "foobar";
  const char* const encoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t size = 0; size <= text.size(); ++size) {
    BOOST_TEST(base64_encode(text.substr(0, size)) == encoded[size]);
    BOOST_TEST(base64_decode(encoded[size]).value() == text.substr(0, size));
  }
}

BOOST_AUTO_TEST_CASE(any_bytes_come_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    BOOST_TEST(base64_decode(base64_encode(bytes)).value() == bytes);
  }
  BOOST_TEST(base64_encode("\xfb\xff\xfe") == "+//+");
}

BOOST_AUTO_TEST_CASE(nothing_else_means_these_bytes) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "=Zg=", "Z===",
                           "Zg==Zg==", "Zm9v\n", "Zm 9v", " Zm9v", "Zm9-", "Zm9_", "Zm\xff\x39"}) {
    BOOST_TEST(!base64_decode(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
