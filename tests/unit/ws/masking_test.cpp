#include "gnet/ws/masking.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(masking)

using gnet::ws::apply_mask;
using gnet::ws::MaskKey;
using gnet::ws::MaskKeys;

namespace {

constexpr MaskKey kKey{0x37, 0xfa, 0x21, 0x3d};

std::string plainly_masked(std::string text, std::uint64_t offset) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<char>(text[i] ^ kKey[(i + offset) % 4]);
  }
  return text;
}

std::string numbered(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_of_the_standard) {
  std::string text = "Hello";
  apply_mask(text, kKey);
  BOOST_TEST(text == "\x7f\x9f\x4d\x51\x58");
  apply_mask(text, kKey);
  BOOST_TEST(text == "Hello");
}

BOOST_AUTO_TEST_CASE(any_length_from_any_place_at_any_offset) {
  const std::string text = numbered(1200);
  for (std::size_t size = 0; size <= 1100; size += size < 300 ? 1 : 37) {
    for (std::size_t place = 0; place < 5; ++place) {
      for (const std::uint64_t offset : {0ULL, 1ULL, 2ULL, 3ULL, 65537ULL, 1ULL << 40U}) {
        std::string buffer = text;
        apply_mask(std::span(buffer).subspan(place, size), kKey, offset);
        const std::string expected = text.substr(0, place) +
                                     plainly_masked(text.substr(place, size), offset) +
                                     text.substr(place + size);
        if (buffer != expected) BOOST_ERROR(size << " bytes at " << place << " after " << offset);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_give_what_the_whole_gives) {
  const std::string text = numbered(1000);
  const std::string expected = plainly_masked(text, 0);
  for (const std::size_t piece : {1U, 3U, 5U, 64U, 333U}) {
    std::string buffer = text;
    for (std::size_t at = 0; at < buffer.size(); at += piece) {
      apply_mask(std::span(buffer).subspan(at, std::min(piece, buffer.size() - at)), kKey, at);
    }
    BOOST_TEST(buffer == expected);
  }
}

BOOST_AUTO_TEST_CASE(keys_do_not_repeat_themselves) {
  MaskKeys keys;
  std::set<MaskKey> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(keys.next());
  BOOST_TEST(seen.size() > 990U);
}

BOOST_AUTO_TEST_SUITE_END()
