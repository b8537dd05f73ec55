#include "commands/exec_framing.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(exec_framing)

using commands::ExecFraming;
using commands::ExecMessage;
using Kind = ExecFraming::Kind;
using namespace std::string_literals;

namespace {

using Messages = std::vector<std::pair<std::string, bool>>;

Messages read(Kind kind, std::string_view bytes, std::size_t step) {
  Messages messages;
  const ExecFraming::Sink sink = [&](const ExecMessage& message) {
    messages.emplace_back(message.data, message.is_text);
  };
  auto reader = ExecFraming(kind, 1024).reader();
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step), sink);
  }
  reader.finish(sink);
  return messages;
}

// The same however the bytes are split, but for those without marks.
Messages read(Kind kind, std::string_view bytes) {
  const Messages whole = read(kind, bytes, bytes.size() + 1);
  for (std::size_t step = 1; step < bytes.size() && kind != Kind::raw; ++step) {
    BOOST_REQUIRE(read(kind, bytes, step) == whole);
  }
  return whole;
}

std::string framed(Kind kind, const ExecMessage& message) {
  std::string text;
  ExecFraming(kind, 1024).append(text, message);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_is_a_message) {
  BOOST_TEST((read(Kind::line, "one\r\n\ntwo\nthr") ==
              Messages{{"one", true}, {"", true}, {"two", true}, {"thr", true}}));
  BOOST_TEST((read(Kind::line, "\xff\n") == Messages{{"\xff", false}}));
  BOOST_TEST(framed(Kind::line, {"one"}) == "one\n");
}

BOOST_AUTO_TEST_CASE(bytes_0_end_messages_that_have_lines) {
  BOOST_TEST((read(Kind::null, "a\nb\0c\0"s) == Messages{{"a\nb", true}, {"c", true}}));
  BOOST_TEST(framed(Kind::null, {"a"}) == "a\0"s);
}

BOOST_AUTO_TEST_CASE(raw_is_what_comes_at_once) {
  BOOST_TEST((read(Kind::raw, "a\nb", 2) == Messages{{"a\n", true}, {"b", true}}));
  BOOST_TEST(framed(Kind::raw, {"a"}) == "a");
}

BOOST_AUTO_TEST_CASE(a_length_stands_before_the_message) {
  BOOST_TEST(
      (read(Kind::length4, "\0\0\0\2hi\0\0\0\0\0\0\0\1"s) == Messages{{"hi", true}, {"", true}}));
  BOOST_TEST(framed(Kind::length4, {"hi"}) == "\0\0\0\2hi"s);
}

BOOST_AUTO_TEST_CASE(json_keeps_everything_on_a_line) {
  for (const std::string text :
       {"a\nb", "\"\\\t", "Gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x91\x8b", "\1"}) {
    const std::string line = framed(Kind::json, {text, true});
    BOOST_TEST(line.find('\n') == line.size() - 1);
    BOOST_TEST((read(Kind::json, line) == Messages{{text, true}}));
  }
  const std::string binary = framed(Kind::json, {"\xff\0"s, false});
  BOOST_TEST(binary == "{\"base64\":\"/wA=\"}\n");
  BOOST_TEST((read(Kind::json, binary) == Messages{{"\xff\0"s, false}}));
  // Escapes that append() does not make, and halves of pairs.
  BOOST_TEST((read(Kind::json, R"("\u00e4\/\ud83d\udc4b\ud83d!")") ==
              Messages{{"\xc3\xa4/\xf0\x9f\x91\x8b\xef\xbf\xbd!", true}}));
  // What a program writes that prints documents.
  BOOST_TEST((read(Kind::json, "{\"a\": 1}\n[2]\n\n  \n\"open\n") ==
              Messages{{"{\"a\": 1}", true}, {"[2]", true}, {"\"open", true}}));
}

BOOST_AUTO_TEST_CASE(messages_are_bounded) {
  for (const Kind kind : {Kind::line, Kind::null, Kind::json}) {
    BOOST_CHECK_THROW(read(kind, std::string(1025, 'a')), gnet::MessageTooLong);
  }
  BOOST_CHECK_THROW(read(Kind::length4, "\xff\xff\xff\xff"), gnet::MessageTooLong);
}

BOOST_AUTO_TEST_SUITE_END()
