#include "gnet/protocol/framer.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/connect.h"
#include "gnet/protocol/framed_protocol.h"
#include "gnet/protocol/tcp_server_factory.h"

BOOST_AUTO_TEST_SUITE(framer)

using namespace std::chrono_literals;
using namespace std::literals;
using gnet::CloseReason;
using gnet::DelimiterFramer;
using gnet::FixedFramer;
using gnet::LengthPrefix;
using gnet::LengthPrefixFramer;
using gnet::LineFramer;
using gnet::MessageTooLong;

namespace {

using Messages = std::vector<std::string>;

// The messages that a framer makes of `text` when it comes in pieces of `piece` bytes.
template <typename Framer>
Messages cut(Framer framer, std::string_view text, std::size_t piece) {
  Messages messages;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    framer.feed(text.substr(0, piece),
                [&](std::string_view message) { messages.emplace_back(message); });
  }
  if (!framer.rest().empty()) messages.push_back("rest " + std::string(framer.rest()));
  return messages;
}

// The same, however it comes.
template <typename Framer>
void check(const Framer& framer, std::string_view text, const Messages& expected) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    BOOST_TEST(cut(framer, text, piece) == expected, boost::test_tools::per_element());
  }
}

template <typename Framer>
void check_too_long(const Framer& framer, std::string_view text) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    BOOST_CHECK_THROW(cut(framer, text, piece), MessageTooLong);
  }
}

// Answers lines; says why it ended.
struct Lines : gnet::FramedProtocol<LineFramer> {
  explicit Lines(std::string* end) : FramedProtocol(std::size_t{8}), end(end) {}
  void message_received(std::string_view line) override {
    if (line == "close") return close_protocol();
    send_message(">" + std::string(line));
  }
  void connection_lost(const CloseReason& reason) override { *end = reason.text(); }
  std::string* end;
};

struct LineServer {
  explicit LineServer(gnet::Duration deadline = {}) {
    server->set_builder([this, deadline] {
      auto made = std::make_unique<Lines>(&end);
      made->read_deadline = deadline;
      return made;
    });
    server->start();
    client = gnet::connect_stream(server->local_endpoint());
  }

  // What the server sends until it closes.
  std::string rest_of_answers() {
    std::string all;
    char buffer[1000];
    while (const std::size_t size = client.receive(buffer, sizeof buffer, 5s)) {
      all.append(buffer, size);
    }
    return all;
  }

  std::string end;
  std::unique_ptr<gnet::TCPServerFactory> server =
      std::make_unique<gnet::TCPServerFactory>(gnet::Endpoint::parse("127.0.0.1:0"));
  gnet::Stream client;
};

}  // namespace

BOOST_AUTO_TEST_CASE(lines_end_with_lf_or_cr_lf) {
  check(LineFramer(), "one\ntwo\r\n\n\r\na\rb\nrest", {"one", "two", "", "", "a\rb", "rest rest"});
}

BOOST_AUTO_TEST_CASE(lines_have_a_limit_without_their_end) {
  check(LineFramer(std::size_t{3}), "abc\nabc\r\n", {"abc", "abc"});
  check_too_long(LineFramer(std::size_t{3}), "abcd\n");
  check_too_long(LineFramer(std::size_t{3}), "abcd");
  check_too_long(LineFramer(std::size_t{3}), "abc\rx");
}

BOOST_AUTO_TEST_CASE(delimiters_may_have_several_bytes) {
  check(DelimiterFramer("--"), "a--b-c----rest-", {"a", "b-c", "", "rest rest-"});
  check(DelimiterFramer("\0"s), "a\0b\0"sv, {"a", "b"});
  check(DelimiterFramer("aab"), "aaab!aab", {"a", "!"});
}

BOOST_AUTO_TEST_CASE(delimited_messages_have_a_limit) {
  check(DelimiterFramer("--", std::size_t{3}), "abc--", {"abc"});
  check_too_long(DelimiterFramer("--", std::size_t{3}), "abcd--");
  check_too_long(DelimiterFramer("--", std::size_t{3}), "abcde");
  BOOST_CHECK_THROW(DelimiterFramer(""), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(length_prefixes_have_every_size_and_order) {
  check(LengthPrefixFramer(LengthPrefix::u8), "\3abc\0\1x\2y"sv, {"abc", "", "x", "rest \2y"});
  check(LengthPrefixFramer(LengthPrefix::u16_be), "\0\3abc\0\0"sv, {"abc", ""});
  check(LengthPrefixFramer(LengthPrefix::u16_le), "\3\0abc\0\0"sv, {"abc", ""});
  check(LengthPrefixFramer(LengthPrefix::u32_be), "\0\0\0\3abc\0\0\0\0"sv, {"abc", ""});
  check(LengthPrefixFramer(LengthPrefix::u32_le), "\3\0\0\0abc\0\0\0\0"sv, {"abc", ""});
}

BOOST_AUTO_TEST_CASE(a_length_above_the_limit_is_refused_before_the_message_comes) {
  check_too_long(LengthPrefixFramer(LengthPrefix::u32_be, std::size_t{1000}), "\xff\xff\xff\xff"sv);
  check_too_long(LengthPrefixFramer(LengthPrefix::u16_le, std::size_t{3}), "\4\0"sv);
}

BOOST_AUTO_TEST_CASE(fixed_messages_have_one_size) {
  check(FixedFramer(std::size_t{3}), "abcdefgh", {"abc", "def", "rest gh"});
  BOOST_CHECK_THROW(FixedFramer(std::size_t{0}), gnet::Misuse);
}

BOOST_AUTO_TEST_CASE(what_append_writes_feed_reads) {
  const auto round_trip = [](const auto& framer, const Messages& messages) {
    std::string text;
    for (const auto& message : messages) framer.append(message, text);
    check(framer, text, messages);
  };
  round_trip(LineFramer(), {"one", "", "two", "cr\r"});
  round_trip(DelimiterFramer("<>"), {"one", "", "t<wo"});
  for (const auto prefix : {LengthPrefix::u8, LengthPrefix::u16_be, LengthPrefix::u16_le,
                            LengthPrefix::u32_be, LengthPrefix::u32_le}) {
    round_trip(LengthPrefixFramer(prefix), {"one", "", std::string(200, 'x')});
  }
  round_trip(FixedFramer(std::size_t{3}), {"one", "two"});
}

BOOST_AUTO_TEST_CASE(append_refuses_what_feed_could_not_read) {
  std::string text;
  BOOST_CHECK_THROW(LineFramer().append("a\nb", text), gnet::Misuse);
  BOOST_CHECK_THROW(LineFramer(std::size_t{2}).append("abc", text), MessageTooLong);
  BOOST_CHECK_THROW(DelimiterFramer("--").append("a--b", text), gnet::Misuse);
  BOOST_CHECK_THROW(DelimiterFramer("aba").append("ab", text), gnet::Misuse);
  BOOST_CHECK_THROW(LengthPrefixFramer(LengthPrefix::u8).append(std::string(256, 'x'), text),
                    MessageTooLong);
  BOOST_CHECK_THROW(FixedFramer(std::size_t{3}).append("ab", text), gnet::Misuse);
  BOOST_TEST(text.empty());
}

BOOST_AUTO_TEST_CASE(a_framed_protocol_receives_and_sends_messages) {
  LineServer lines;
  lines.client.send_all("one\r\ntw");
  gnet::sleep(5ms);
  lines.client.send_all("o\nclose\nignored\n");
  BOOST_TEST(lines.rest_of_answers() == ">one\n>two\n");
  BOOST_TEST(lines.server->stop(5s) == 0U);
  BOOST_TEST(lines.end == "closed here");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_ends_the_connection_and_names_the_limit) {
  LineServer lines;
  lines.client.send_all("123456789");
  lines.rest_of_answers();
  lines.server->stop(5s);
  BOOST_TEST(lines.end == "handler error: a message of more than 8 bytes");
}

BOOST_AUTO_TEST_CASE(the_read_deadline_bounds_a_whole_message) {
  LineServer lines(100ms);
  const auto begun = gnet::Clock::now();
  auto dripping = gnet::spawn([&] {
    for (;;) {
      lines.client.send_all("x");
      gnet::sleep(30ms);
    }
  });
  while (lines.end.empty() && gnet::Clock::now() - begun < 5s) gnet::sleep(5ms);
  dripping.kill();
  BOOST_TEST(lines.end == "read deadline of 100ms passed");
}

BOOST_AUTO_TEST_CASE(whole_messages_prolong_the_read_deadline) {
  LineServer lines(200ms);
  for (int i = 0; i < 8; ++i) {
    lines.client.send_all(i == 0 ? "x" : "\nx");  // there is always one that is not whole
    gnet::sleep(50ms);
    BOOST_TEST(lines.end.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_cut_of_ones_own_makes_a_framer) {
  struct Dotted {
    gnet::Frame cut(std::string_view view, std::size_t seen) const {
      const auto dot = view.find('.', seen);
      return dot == view.npos ? gnet::Frame{} : gnet::Frame{0, dot, dot + 1};
    }
    std::size_t wanted(std::string_view, std::string_view data) const { return data.size(); }
    void append(std::string_view message, std::string& text) const { (text += message) += '.'; }
  };
  gnet::Framer<Dotted> framer;
  std::string heard;
  const auto sink = [&](std::string_view message) { (heard += message) += '|'; };
  framer.feed("one.tw", sink);
  framer.feed("o.thr", sink);
  framer.feed("ee", sink);
  framer.feed(".four.", sink);
  BOOST_TEST(heard == "one|two|three|four|");
  BOOST_TEST(framer.rest().empty());
  std::string text;
  framer.append("five", text);
  BOOST_TEST(text == "five.");
}

BOOST_AUTO_TEST_SUITE_END()
