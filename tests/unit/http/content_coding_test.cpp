#include "gnet/http/content_coding.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(content_coding)

using gnet::http::AcceptField;
using gnet::http::ContentCoding;

namespace {

std::string_view chosen(AcceptField field,
                        const std::vector<ContentCoding>& offers = {
                            ContentCoding::zstd, ContentCoding::br, ContentCoding::gzip}) {
  const auto coding = gnet::http::choose_content_coding(field, offers);
  return coding ? to_string(*coding) : "406";
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_are_those_of_the_registry) {
  for (const std::string_view name : {"identity", "gzip", "deflate", "br", "zstd"}) {
    const auto coding = gnet::http::parse_content_coding(name);
    BOOST_REQUIRE(coding.has_value());
    BOOST_TEST(to_string(*coding) == name);
  }
  BOOST_TEST((gnet::http::parse_content_coding("X-GZIP") == ContentCoding::gzip));
  BOOST_TEST((gnet::http::parse_content_coding("Br") == ContentCoding::br));
  for (const std::string_view name : {"", "gzip ", "compress", "x-br", "zstandard", "*"}) {
    BOOST_TEST(!gnet::http::parse_content_coding(name).has_value());
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_compressed_for_who_does_not_ask) {
  BOOST_TEST(chosen({}) == "identity");
  BOOST_TEST(chosen("") == "identity");
  BOOST_TEST(chosen("identity") == "identity");
  BOOST_TEST(chosen("compress") == "identity");
  BOOST_TEST(chosen("gzip", {}) == "identity");
  BOOST_TEST(chosen("gzip;q=0") == "identity");
}

BOOST_AUTO_TEST_CASE(the_coding_of_the_highest_quality_is_taken) {
  BOOST_TEST(chosen("gzip, deflate, br, zstd") == "zstd");
  BOOST_TEST(chosen("gzip, deflate, br") == "br");
  BOOST_TEST(chosen("gzip, br;q=0.9") == "gzip");
  BOOST_TEST(chosen("x-gzip") == "gzip");
  BOOST_TEST(chosen("*") == "zstd");
  BOOST_TEST(chosen("*;q=0.5, gzip") == "gzip");
  BOOST_TEST(chosen("zstd;q=0, br;q=0, *") == "gzip");
  BOOST_TEST(chosen("gzip;q=0.2, identity;q=0.5") == "identity");
  BOOST_TEST(chosen("gzip;q=0.5, identity;q=0.5") == "gzip");
}

BOOST_AUTO_TEST_CASE(where_identity_is_not_acceptable_either_there_is_no_answer) {
  BOOST_TEST(chosen("identity;q=0") == "406");
  BOOST_TEST(chosen("*;q=0") == "406");
  BOOST_TEST(chosen("compress, *;q=0") == "406");
  BOOST_TEST(chosen("gzip, identity;q=0") == "gzip");
  BOOST_TEST(chosen("gzip, *;q=0") == "gzip");
  BOOST_TEST(chosen("*;q=0, identity") == "identity");
  BOOST_TEST(chosen("identity;q=0", {}) == "406");
}

BOOST_AUTO_TEST_SUITE_END()
