#include "gnet/base/shorten.h"

#include <boost/test/unit_test.hpp>

#include "gnet/base/utf8.h"

BOOST_AUTO_TEST_SUITE(shorten)

namespace {
auto cut(std::string_view text, std::size_t width = 80) {
  return gnet::shorten(text, width);
}
}  // namespace

BOOST_AUTO_TEST_CASE(tells_how_many_bytes_it_cut) {
  BOOST_TEST(cut("a very very very very long sentence", 20) == "a very very ..(23)..");
}

BOOST_AUTO_TEST_CASE(leaves_text_alone_that_fits) {
  BOOST_TEST(cut("", 20) == "");
  BOOST_TEST(cut("exactly 20 letters..", 20) == "exactly 20 letters..");
  BOOST_TEST(cut(std::string(80, 'x')) == std::string(80, 'x'));
  BOOST_TEST(cut(std::string(81, 'x')) == std::string(73, 'x') + "..(8)..");
}

BOOST_AUTO_TEST_CASE(is_never_longer_than_its_width) {
  for (std::size_t size = 0; size < 130; ++size) {
    for (std::size_t width = 0; width < 40; ++width) {
      const std::string short_text = cut(std::string(size, 'x'), width);
      BOOST_TEST_REQUIRE(short_text.size() <= width);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_room_for_the_marker_the_beginning_is_kept) {
  BOOST_TEST(cut("abcdefghij", 3) == "abc");
  BOOST_TEST(cut("abcdefghij", 0) == "");
}

BOOST_AUTO_TEST_CASE(the_digits_of_the_number_cut_are_counted_too) {
  // 10 bytes would have to go for a marker of one digit, and 10 has two.
  BOOST_TEST(cut(std::string(20, 'x'), 17) == std::string(9, 'x') + "..(11)..");
}

BOOST_AUTO_TEST_CASE(never_cuts_a_character_in_two) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";  // é € and a smiley
  for (std::size_t width = 0; width <= text.size(); ++width) {
    const std::string result = cut(text, width);
    BOOST_TEST_REQUIRE(result.size() <= width);
    BOOST_TEST_REQUIRE(gnet::is_utf8(result));
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_cut_anywhere) {
  const std::string bytes(100, '\x80');
  BOOST_TEST(cut(bytes, 20) == std::string(12, '\x80') + "..(88)..");
}

BOOST_AUTO_TEST_SUITE_END()
