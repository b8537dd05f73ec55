#include "gnet/base/utf8_checker.h"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/utf8_reference.h"

BOOST_AUTO_TEST_SUITE(utf8_checker)

using gnet::Utf8Checker;

namespace {

// How many bytes are fine of a text that comes in pieces of this length.
std::size_t checked(std::string_view text, std::size_t piece, bool* complete = nullptr) {
  Utf8Checker checker;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!checker.feed(text.substr(at, piece))) {
      const std::size_t valid = at + checker.valid();
      BOOST_TEST(!checker.complete());
      BOOST_TEST(!checker.feed("a"));  // wrong once, wrong for ever
      return valid;
    }
  }
  if (complete != nullptr) *complete = checker.complete();
  return text.size();
}

void check(std::string_view text) {
  bool complete = false;
  const std::size_t expected = reference_utf8_prefix(text, &complete);
  for (const std::size_t piece : {text.size(), std::size_t{1}, std::size_t{3}, std::size_t{67}}) {
    if (piece == 0) continue;
    bool found = false;
    const std::size_t reached = checked(text, piece, &found);
    if (reached != expected || (expected == text.size() && found != complete)) {
      BOOST_ERROR("in pieces of " << piece << ": " << reached << ", not " << expected);
    }
  }
}

std::string encoded(std::uint32_t code) {
  const auto more = [&](int shift) { return static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0U | code >> 6U), more(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0U | code >> 12U), more(6), more(0)};
  return {static_cast<char>(0xf0U | code >> 18U), more(12), more(6), more(0)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_refused_at_the_first_byte_that_cannot_be) {
  struct Case {
    const char* text;
    std::size_t valid;
  };
  for (const Case& c : std::vector<Case>{{"\x80", 0},
                                         {"ab\xbf", 2},
                                         {"\xc0\x80", 0},
                                         {"\xc1\xbf", 0},
                                         {"\xc3(", 1},
                                         {"\xe0\x9f\xbf", 1},
                                         {"\xed\xa0\x80", 1},
                                         {"\xed\xbf\xbf", 1},
                                         {"\xe2\x82x", 2},
                                         {"\xf0\x8f\xbf\xbf", 1},
                                         {"\xf0\x9f\x98x", 3},
                                         {"\xf4\x90\x80\x80", 1},
                                         {"\xf5\x80\x80\x80", 0},
                                         {"\xf8\x88\x80\x80\x80", 0},
                                         {"\xfe", 0},
                                         {"\xff", 0}}) {
    Utf8Checker checker;
    BOOST_TEST(!checker.feed(c.text));
    BOOST_TEST(checker.valid() == c.valid);
    BOOST_TEST(!checker.complete());
  }
}

BOOST_AUTO_TEST_CASE(a_character_may_come_in_pieces) {
  Utf8Checker checker;
  BOOST_TEST(checker.complete());
  for (const char* piece : {"\xf0", "\x9f", "", "\x98"}) {
    BOOST_TEST(checker.feed(piece));
    BOOST_TEST(!checker.complete());
  }
  BOOST_TEST(checker.feed("\x80 and on"));
  BOOST_TEST(checker.complete());
}

BOOST_AUTO_TEST_CASE(reset_begins_another_text) {
  Utf8Checker checker;
  BOOST_TEST(!checker.feed("\xff"));
  checker.reset();
  BOOST_TEST(checker.complete());
  BOOST_TEST(checker.feed("fine"));
}

BOOST_AUTO_TEST_CASE(every_character_is_right_wherever_blocks_end) {
  std::string all;
  for (std::uint32_t code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
    if (code < 0xd800 || code > 0xdfff) all += encoded(code);
  }
  all += encoded(0xd7ff) + encoded(0xe000) + encoded(0x10ffff);
  for (std::size_t shift = 0; shift < 64; ++shift) {
    Utf8Checker checker;
    BOOST_TEST(checker.feed(std::string(shift, 'x') + all));
    BOOST_TEST(checker.complete());
  }
}

BOOST_AUTO_TEST_CASE(all_pairs_of_bytes_are_judged_as_the_standard_does) {
  for (unsigned first = 0x80; first <= 0xff; ++first) {
    for (unsigned second = 0; second <= 0xff; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      for (const char* rest : {"", "\x80", "\x80\x80", "x"}) {
        const std::string text = pair + rest;
        for (const std::size_t before : {0U, 61U, 63U, 95U}) {
          const std::string whole =
              "\xc3\xa4" + std::string(before, 'x') + text + std::string(80, 'y');
          Utf8Checker checker;
          const std::size_t expected = reference_utf8_prefix(whole);
          const bool ok = checker.feed(whole);
          if (ok != (expected == whole.size()) || (!ok && checker.valid() != expected)) {
            BOOST_ERROR(first << " " << second << " after " << before);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(whatever_comes_it_is_as_the_plain_words_say) {
  std::mt19937 random(7);
  const std::vector<std::string> parts{"a",
                                       "\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "\xed\x9f\xbf",
                                       "\xf4\x8f\xbf\xbf",
                                       "0123456789abcdef"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t size = random() % 300;
    const bool ascii = random() % 4 == 0;
    while (text.size() < size) text += ascii ? "a" : parts[random() % parts.size()];
    if (random() % 2 == 0) text.resize(size);
    if (!text.empty() && random() % 3 != 0) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    check(text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
