#include "gnet/base/words.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(words)

using gnet::split_words;
using Words = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(blanks_separate_words) {
  BOOST_TEST((split_words(" cat  -n\tx\n") == Words{"cat", "-n", "x"}));
  BOOST_TEST((split_words("") == Words{}));
  BOOST_TEST((split_words("  ") == Words{}));
}

BOOST_AUTO_TEST_CASE(quotes_and_backslashes_keep_them_together) {
  BOOST_TEST((split_words("'a b' \"c d\" e\\ f") == Words{"a b", "c d", "e f"}));
  BOOST_TEST((split_words("a'b'\"c\"d") == Words{"abcd"}));
  BOOST_TEST((split_words("'' \"\"") == Words{"", ""}));
  BOOST_TEST((split_words("\"it's\" '\"'") == Words{"it's", "\""}));
  BOOST_TEST((split_words(R"("a\"b\\c\d" '\')") == Words{"a\"b\\c\\d", "\\"}));
  BOOST_TEST((split_words(R"(\' \\)") == Words{"'", "\\"}));
}

BOOST_AUTO_TEST_CASE(what_is_not_closed_is_nothing) {
  for (const char* text : {"'a", "\"a", "a\\", "\"a\\", "it's"}) {
    BOOST_TEST(!split_words(text));
  }
}

BOOST_AUTO_TEST_SUITE_END()
