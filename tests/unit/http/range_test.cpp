#include "gnet/http/range.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(range)

using gnet::http::ByteRange;
using gnet::http::content_range;
using gnet::http::parse_content_range;
using gnet::http::select_ranges;
using gnet::http::Selection;

namespace {

// "0-9,20-29", "whole", or "none" for what is unsatisfiable.
std::string selected(std::string_view range, std::uint64_t size) {
  const Selection selection = select_ranges(range, size);
  if (selection.kind == Selection::Kind::whole) return "whole";
  if (selection.kind == Selection::Kind::unsatisfiable) return "none";
  std::string out;
  for (const ByteRange& part : selection.parts) {
    if (!out.empty()) out += ',';
    out += std::to_string(part.first) + '-' + std::to_string(part.last);
  }
  return out;
}

std::string again(std::string_view text) {
  const auto range = parse_content_range(text);
  if (!range) return "none";
  return range->part ? content_range(*range->part, range->size)
                     : gnet::http::unsatisfied_range(range->size.value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_single_range_is_cut_to_the_body) {
  BOOST_TEST(selected("bytes=0-9", 100) == "0-9");
  BOOST_TEST(selected("bytes=0-0", 100) == "0-0");
  BOOST_TEST(selected("bytes=90-", 100) == "90-99");
  BOOST_TEST(selected("bytes=90-1000", 100) == "90-99");
  BOOST_TEST(selected("bytes=0-", 1) == "0-0");
  BOOST_TEST(selected("bytes=99-99", 100) == "99-99");
  BOOST_TEST(selected("bytes=100-", 100) == "none");
}

BOOST_AUTO_TEST_CASE(a_suffix_is_the_end_of_the_body) {
  BOOST_TEST(selected("bytes=-1", 100) == "99-99");
  BOOST_TEST(selected("bytes=-100", 100) == "0-99");
  BOOST_TEST(selected("bytes=-1000", 100) == "0-99");
  BOOST_TEST(selected("bytes=-0", 100) == "none");
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_whole_or_nothing) {
  BOOST_TEST(selected("bytes=0-", 0) == "whole");
  BOOST_TEST(selected("bytes=0-99", 0) == "whole");
  BOOST_TEST(selected("bytes=-5", 0) == "whole");
  BOOST_TEST(selected("bytes=1-", 0) == "none");
  BOOST_TEST(selected("bytes=-0", 0) == "none");
}

BOOST_AUTO_TEST_CASE(several_ranges_come_in_the_order_of_the_request) {
  BOOST_TEST(selected("bytes=0-9,20-29", 100) == "0-9,20-29");
  BOOST_TEST(selected("bytes=20-29, 0-9", 100) == "20-29,0-9");
  BOOST_TEST(selected("bytes= 0-9 ,\t-1 ", 100) == "0-9,99-99");
  BOOST_TEST(selected("bytes=,0-9,,20-29,", 100) == "0-9,20-29");
  BOOST_TEST(selected("bytes=0-9,200-300", 100) == "0-9");
  BOOST_TEST(selected("bytes=100-,200-300", 100) == "none");
}

BOOST_AUTO_TEST_CASE(what_overlaps_or_adjoins_is_one) {
  BOOST_TEST(selected("bytes=0-9,5-19", 100) == "0-19");
  BOOST_TEST(selected("bytes=0-9,10-19", 100) == "0-19");
  BOOST_TEST(selected("bytes=0-9,11-19", 100) == "0-9,11-19");
  BOOST_TEST(selected("bytes=50-59,0-9,5-19", 100) == "50-59,0-19");
  BOOST_TEST(selected("bytes=0-9,50-59,10-49", 100) == "0-59");
  BOOST_TEST(selected("bytes=50-59,70-79,0-9,40-90", 100) == "40-90,0-9");
  BOOST_TEST(selected("bytes=0-,0-,0-,-1", 100) == "0-99");
}

BOOST_AUTO_TEST_CASE(who_asks_for_too_many_gets_the_whole) {
  std::string range = "bytes=0-0";
  for (int i = 1; i < 16; ++i) range += ',' + std::to_string(2 * i) + '-' + std::to_string(2 * i);
  BOOST_TEST(select_ranges(range, 100).parts.size() == 16U);
  BOOST_TEST(selected(range + ",90-90", 100) == "whole");
  std::string bomb = "bytes=0-";
  for (int i = 0; i < 1000; ++i) bomb += ",0-";
  BOOST_TEST(selected(bomb, 100) == "whole");
  BOOST_TEST((select_ranges("bytes=0-1,3-4", 100, 1).kind == Selection::Kind::whole));
}

BOOST_AUTO_TEST_CASE(numbers_beyond_64_bits_are_beyond_the_body) {
  BOOST_TEST(selected("bytes=18446744073709551616-", 100) == "none");
  BOOST_TEST(selected("bytes=0-18446744073709551616", 100) == "0-99");
  BOOST_TEST(selected("bytes=-99999999999999999999999", 100) == "0-99");
  BOOST_TEST(selected("bytes=99999999999999999999998-99999999999999999999999", 100) == "none");
  BOOST_TEST(selected("bytes=0-18446744073709551615", 18446744073709551615U) ==
             "0-18446744073709551614");
  BOOST_TEST(selected("bytes=0-5,18446744073709551614-,6-9", 18446744073709551615U) ==
             "0-9,18446744073709551614-18446744073709551614");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_or_of_another_unit_is_not_there) {
  for (const char* text : {"",
                           "bytes",
                           "bytes=",
                           "bytes=,",
                           "bytes=-",
                           "bytes=a-b",
                           "bytes=1",
                           "bytes=5-4",
                           "bytes=0-1,x",
                           "bytes=0-1-2",
                           "bytes=--1",
                           "bytes=+0-1",
                           "bytes=0x0-1",
                           "bytes=0 - 1",
                           "bytes 0-1",
                           "bytes:0-1",
                           "0-1",
                           "items=0-1",
                           "bytes =0-1",
                           "bytes=0-1;2-3",
                           "bytes=0-1 2-3"}) {
    BOOST_TEST(selected(text, 100) == "whole", text);
  }
  BOOST_TEST(selected("Bytes=0-1", 100) == "0-1");
}

BOOST_AUTO_TEST_CASE(a_content_range_says_what_is_sent) {
  BOOST_TEST(content_range({0, 99}, 1234) == "bytes 0-99/1234");
  BOOST_TEST(content_range({0, 99}, std::nullopt) == "bytes 0-99/*");
  BOOST_TEST(gnet::http::unsatisfied_range(1234) == "bytes */1234");
}

BOOST_AUTO_TEST_CASE(a_content_range_is_read) {
  for (const char* text : {"bytes 0-99/1234", "bytes 0-99/*", "bytes */1234", "bytes 0-0/1"}) {
    BOOST_TEST(again(text) == text);
  }
  for (const char* text :
       {"", "bytes", "bytes */*", "bytes 0-99", "bytes 0-99/", "bytes 99-0/100", "bytes 0-100/100",
        "bytes -1/100", "bytes 0-/100", "bytes 0-1/x", "bytes=0-1/2", "items 0-1/2",
        "bytes 0-18446744073709551616/*", "bytes 0-1/18446744073709551616", "bytes 0-1/2/3"}) {
    BOOST_TEST(again(text) == "none", text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
