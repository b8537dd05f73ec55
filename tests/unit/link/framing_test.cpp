#include "gnet/link/framing.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "gnet/base/error.h"

BOOST_AUTO_TEST_SUITE(framing)

using namespace std::literals;
using gnet::MessageTooLong;
using gnet::link::Framing;
using gnet::link::FramingCodec;
using gnet::link::parse_framing;

namespace {

using Messages = std::vector<std::string>;

// The messages in `text` when it comes in pieces of `piece` bytes; the last one may be cut short.
Messages cut(FramingCodec codec, std::string_view text, std::size_t piece) {
  Messages messages;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    codec.feed(text.substr(0, piece));
    while (const auto message = codec.next()) messages.emplace_back(*message);
  }
  if (const auto message = codec.last()) messages.push_back("last " + std::string(*message));
  return messages;
}

void check(Framing framing, std::string_view text, const Messages& expected) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    BOOST_TEST(cut(FramingCodec(framing), text, piece) == expected,
               boost::test_tools::per_element());
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_are_found_however_they_come) {
  check(Framing::line, "one\r\n\ntwo\nthree", {"one", "", "two", "last three"});
  check(Framing::null, "one\0\0two\0"sv, {"one", "", "two"});
  check(Framing::length2, "\0\3one\0\0\0\2ab"sv, {"one", "", "ab"});
  check(Framing::length4, "\0\0\0\3one\0\0\0\0"sv, {"one", ""});
}

BOOST_AUTO_TEST_CASE(raw_is_what_comes_at_once) {
  BOOST_TEST((cut(FramingCodec(Framing::raw), "abcde", 2) == Messages{"ab", "cd", "e"}));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_what_is_read) {
  for (const Framing framing : {Framing::line, Framing::null, Framing::length2, Framing::length4}) {
    const FramingCodec codec(framing);
    std::string text;
    for (const auto* message : {"first", "", "third"}) codec.append(message, text);
    check(framing, text, {"first", "", "third"});
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_holds_line_ends_is_several_and_loses_nothing) {
  const FramingCodec codec(Framing::line);
  std::string text;
  codec.append("a\nb", text);
  BOOST_TEST(text == "a\nb\n");
}

BOOST_AUTO_TEST_CASE(an_end_within_a_message_of_known_length_is_an_error) {
  BOOST_CHECK_THROW(cut(FramingCodec(Framing::length2), "\0\5ab"sv, 1), gnet::ConnectionLost);
  BOOST_CHECK_THROW(cut(FramingCodec(Framing::length4), "\0"sv, 1), gnet::ConnectionLost);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_refused_both_ways) {
  BOOST_CHECK_THROW(cut(FramingCodec(Framing::line, 3), "abcd\n", 1), MessageTooLong);
  BOOST_CHECK_THROW(cut(FramingCodec(Framing::null, 3), "abcde", 5), MessageTooLong);
  // Its length alone is enough.
  BOOST_CHECK_THROW(cut(FramingCodec(Framing::length4, 1000), "\xff\xff\xff\xff"sv, 4),
                    MessageTooLong);
  std::string text;
  BOOST_CHECK_THROW(FramingCodec(Framing::length2).append(std::string(65536, 'x'), text),
                    MessageTooLong);
  BOOST_TEST(text.empty());
}

BOOST_AUTO_TEST_CASE(each_framing_has_a_name) {
  for (const Framing framing :
       {Framing::raw, Framing::line, Framing::null, Framing::length2, Framing::length4}) {
    BOOST_TEST((parse_framing(to_string(framing)) == framing));
  }
  BOOST_TEST(!parse_framing("lines").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
