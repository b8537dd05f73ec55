#include "commands/text_pattern.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(text_pattern)

using commands::TextPattern;

BOOST_AUTO_TEST_CASE(a_pattern_sees_all_of_the_text) {
  BOOST_TEST(TextPattern("^b.?c$", "--x").is_in("a\nbxc\nd"));
  BOOST_TEST(TextPattern("x", "--x").is_in(std::string("\0x", 2)));
  BOOST_TEST(!TextPattern("y", "--x").is_in("x"));
  BOOST_TEST(!TextPattern("a", "--x").is_in(std::string_view("xa").substr(0, 1)));
  BOOST_TEST(TextPattern("a", "--x").is_in(std::string(3'000'000, 'b') + "a"));
  BOOST_TEST(TextPattern("^\\d+ (?:ok|well)$", "--x").is_in("x\n12 well\ny"));
  BOOST_TEST(TextPattern("a\\x00b", "--x").is_in(std::string("a\0b", 3)));
  BOOST_TEST(TextPattern("^a.c$", "--x")
                 .is_in("a\xff"
                        "c"));  // a byte, where it is no text
  BOOST_TEST(TextPattern("^caf.$", "--x").is_in("caf\xc3\xa9"));
  for (const char* bad : {"(", "a**", "[z-a]", "(a)\\1"}) {
    BOOST_CHECK_THROW(TextPattern(bad, "--x"), cli::UsageError);
  }
}

// Where one that looks back would not come to its end.
BOOST_AUTO_TEST_CASE(a_text_cannot_make_it_slow) {
  BOOST_TEST(!TextPattern("(a*)*(a|aa)+b", "--x").is_in(std::string(100'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
