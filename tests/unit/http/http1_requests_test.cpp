#include "tests/unit/http/http1_requests.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(http1_requests)

namespace {

const std::vector<test::RequestCase>& cases() {
  static const std::vector<test::RequestCase> all =
      test::request_cases(GNET_TEST_DATA "/http1_requests.txt");
  return all;
}

// What comes of the bytes, in pieces that are `size` long but for the first.
std::string read(std::string_view bytes, std::size_t first, std::size_t size) {
  test::RequestReader reader;
  reader.feed(bytes.substr(0, first));
  for (std::size_t at = std::min(first, bytes.size()); at < bytes.size(); at += size) {
    reader.feed(bytes.substr(at, size));
  }
  return reader.verdict() + ": " + reader.requests();
}

std::string expected(const test::RequestCase& one) {
  return one.verdicts.front() + ": " + one.requests;
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_cases_are_there_and_no_more_than_some_are_left_to_a_server) {
  std::set<std::string> names;
  for (const auto& one : cases()) names.insert(one.name);
  BOOST_TEST(cases().size() == 215U);
  BOOST_TEST(names.size() == 215U);
  BOOST_TEST(std::count_if(cases().begin(), cases().end(),
                           [](const auto& one) { return one.for_server; }) == 40);
}

BOOST_AUTO_TEST_CASE(each_is_refused_or_accepted_as_it_should_be) {
  for (const auto& one : cases()) {
    if (one.for_server) continue;
    BOOST_TEST(read(one.bytes, one.bytes.size(), 1) == expected(one), one.name);
  }
}

BOOST_AUTO_TEST_CASE(each_is_the_same_byte_by_byte) {
  for (const auto& one : cases()) {
    if (one.for_server) continue;
    BOOST_TEST(read(one.bytes, 0, 1) == expected(one), one.name);
  }
}

BOOST_AUTO_TEST_CASE(each_is_the_same_wherever_it_is_split) {
  constexpr std::size_t kShort = 1024;
  for (const auto& one : cases()) {
    if (one.for_server) continue;
    // Of the long ones, most of which is the same byte again, not every place is tried.
    const std::size_t step = one.bytes.size() <= kShort ? 1 : one.bytes.size() / 61 + 1;
    std::string wrong;
    for (std::size_t at = 1; at < one.bytes.size(); at += step) {
      const std::string got = read(one.bytes, at, one.bytes.size());
      if (got != expected(one)) wrong += std::to_string(at) + " " + got + "; ";
    }
    BOOST_TEST(wrong == "", one.name);
  }
}

// The file would tell nothing if the reader took everything for what is expected.
BOOST_AUTO_TEST_CASE(the_reader_tells_requests_apart) {
  BOOST_TEST(read("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n", 99, 1) ==
             "incomplete: GET /");
  BOOST_TEST(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET", 0, 2) ==
             "incomplete: POST / x");
  BOOST_TEST(read("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET\r\n", 99, 1) == "400: GET /");
  BOOST_TEST(test::bytes_of("a{3*b\\r}\\x41{then}\\\\") == "ab\rb\rb\rA\\");
}

BOOST_AUTO_TEST_SUITE_END()
