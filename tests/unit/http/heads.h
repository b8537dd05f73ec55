// Feeds a head to its parser in every way in which it may come.
//
//   BOOST_TEST(test::parse_any_way<RequestParser>(bytes, {}, told) == "400");

#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/head_limits.h"

namespace test {

// The bytes up to each of `ends`, one after another, each time in memory of its own, so that a
// sanitizer sees who looks behind their end. `told` makes a text of what was found.
template <typename Parser, typename F>
std::string parse_in_pieces(std::string_view bytes, const std::vector<std::size_t>& ends,
                            const gnet::http::HeadLimits& limits, F&& told) {
  using gnet::http::Parsed;
  Parser parser(limits);
  for (const std::size_t end : ends) {
    const std::unique_ptr<char[]> part(new char[end + 1]);
    std::copy_n(bytes.begin(), end, part.get() + 1);  // nothing is aligned
    const Parsed state = parser.parse({part.get() + 1, end});
    if (state == Parsed::refused) {
      BOOST_TEST(!parser.refusal().reason.empty());
      return std::to_string(parser.refusal().status);
    }
    if (state == Parsed::complete) {
      BOOST_TEST((parser.parse(bytes) == Parsed::complete));  // they lie elsewhere now
      return told(parser.head());
    }
  }
  return "incomplete";
}

// What the whole gives, which any split has to give too.
template <typename Parser, typename F>
std::string parse_any_way(std::string_view bytes, const gnet::http::HeadLimits& limits, F&& told) {
  const std::string whole = parse_in_pieces<Parser>(bytes, {bytes.size()}, limits, told);
  std::vector<std::size_t> each;
  for (std::size_t end = 1; end <= bytes.size(); ++end) each.push_back(end);
  BOOST_TEST(parse_in_pieces<Parser>(bytes, each, limits, told) == whole);
  for (std::size_t end = 0; end <= bytes.size(); ++end) {
    BOOST_TEST(parse_in_pieces<Parser>(bytes, {end, bytes.size()}, limits, told) == whole,
               "split at " << end);
  }
  return whole;
}

}  // namespace test
