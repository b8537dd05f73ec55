#include "commands/echo_modes.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(echo_modes)

using namespace commands;

BOOST_AUTO_TEST_CASE(upper_changes_ascii_letters_only) {
  BOOST_TEST(upper("aZ9 \xc3\xa4") == "AZ9 \xc3\xa4");
}

BOOST_AUTO_TEST_CASE(chargen_lines_rotate_through_the_printable_characters) {
  BOOST_TEST(chargen_line(0).size() == 74U);
  BOOST_TEST(chargen_line(0).starts_with(" !\"#"));
  BOOST_TEST(chargen_line(1).starts_with("!\"#$"));
  BOOST_TEST(chargen_line(94).starts_with("~ !"));
  BOOST_TEST(chargen_line(95) == chargen_line(0));
  BOOST_TEST(chargen_line(0).ends_with("\r\n"));
}

BOOST_AUTO_TEST_CASE(a_chargen_datagram_holds_whole_lines) {
  BOOST_TEST(chargen_datagram(512).size() == 6U * 74U);
  BOOST_TEST(chargen_datagram(10).empty());
}

BOOST_AUTO_TEST_CASE(daytime_is_the_line_that_rfc_867_suggests) {
  BOOST_TEST(daytime(0) == "Thursday, January 01, 1970 00:00:00-UTC\r\n");
}

BOOST_AUTO_TEST_CASE(time_counts_from_1900_in_network_order) {
  // The example of RFC 868: 2,208,988,800 is the first of January 1970.
  BOOST_TEST(time_bytes(0) == std::string("\x83\xaa\x7e\x80"));
  BOOST_TEST(time_bytes(4'294'967'296 - 2'208'988'800) == std::string(4, '\0'));
}

BOOST_AUTO_TEST_CASE(lines_come_out_when_they_are_complete) {
  LineBuffer lines;
  BOOST_TEST(lines.add("one\ntw") == "one\n");
  BOOST_TEST(lines.add("o") == "");
  BOOST_TEST(lines.add("\nthree\nfour") == "two\nthree\n");
  BOOST_TEST(lines.rest() == "four");
}

BOOST_AUTO_TEST_CASE(an_endless_line_does_not_fill_the_memory) {
  LineBuffer lines;
  const std::string half(LineBuffer::kLongest / 2 + 1, 'x');
  BOOST_TEST(lines.add(half) == "");
  BOOST_TEST(lines.add(half).size() == 2 * half.size());
  BOOST_TEST(lines.rest() == "");
}

BOOST_AUTO_TEST_SUITE_END()
