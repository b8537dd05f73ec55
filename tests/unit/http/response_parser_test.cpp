#include "gnet/http/response_parser.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "tests/unit/http/heads.h"

BOOST_AUTO_TEST_SUITE(response_parser)

using gnet::http::BodyFraming;
using gnet::http::FieldName;
using gnet::http::HeadLimits;
using gnet::http::Parsed;
using gnet::http::ResponseHead;
using gnet::http::ResponseParser;
using namespace std::string_literals;

namespace {

// All that a response says, in one text.
std::string told(const ResponseHead& head) {
  std::string text = std::to_string(head.status()) + "|" + std::string(head.reason()) + "|";
  text += std::to_string(head.minor_version()) + (head.keep_alive() ? "k|" : "c|");
  const BodyFraming framing = head.framing("GET");
  text += std::to_string(framing.kind) + ":" + std::to_string(framing.size) + "|";
  text += std::to_string(head.size()) + "|" + std::string(head.upgrade()) + "|";
  for (std::size_t i = 0; i < head.fields().size(); ++i) {
    text.append(head.fields()[i].name).append("=").append(head.fields()[i].value) += ';';
  }
  return text;
}

std::string parse_any_way(std::string_view bytes, const HeadLimits& limits = {}) {
  return test::parse_any_way<ResponseParser>(bytes, limits, told);
}

std::string ok(std::string_view fields) {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n";
}

BodyFraming framing(std::string_view method, std::string_view bytes) {
  ResponseParser parser;
  BOOST_REQUIRE((parser.parse(bytes) == Parsed::complete));
  return parser.head().framing(method);
}

}  // namespace

BOOST_AUTO_TEST_CASE(says_what_the_server_answers) {
  BOOST_TEST(parse_any_way("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc") ==
             "404|Not Found|1k|1:3|45||Content-Length=3;");
  BOOST_TEST(parse_any_way("HTTP/1.0 200 OK\r\n\r\n") == "200|OK|0c|3:0|19||");
  BOOST_TEST(parse_any_way("HTTP/1.1 200 \r\n\r\n") == "200||1k|3:0|17||");
  BOOST_TEST(parse_any_way("HTTP/1.1 200\r\n\r\n") == "200||1k|3:0|16||");
  BOOST_TEST(
      parse_any_way("HTTP/1.1 200 Tr\xc3\xa8s bien\r\n\r\n").starts_with("200|Tr\xc3\xa8s bien|"));
  BOOST_TEST(parse_any_way("HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n") ==
             "101|S|1k|0:0|59|websocket|Connection=Upgrade;Upgrade=websocket;");
}

BOOST_AUTO_TEST_CASE(the_body_is_as_long_as_status_method_and_fields_say) {
  const std::string length = ok("Content-Length: 7\r\n");
  BOOST_TEST((framing("GET", length) == BodyFraming{BodyFraming::length, 7}));
  BOOST_TEST((framing("HEAD", length) == BodyFraming{}));
  BOOST_TEST((framing("CONNECT", length) == BodyFraming{}));
  BOOST_TEST((framing("CONNECT", "HTTP/1.1 407 X\r\nContent-Length: 7\r\n\r\n") ==
              BodyFraming{BodyFraming::length, 7}));
  BOOST_TEST((framing("GET", ok("Transfer-Encoding: chunked\r\n")) ==
              BodyFraming{BodyFraming::chunked, 0}));
  BOOST_TEST((framing("GET", ok("")) == BodyFraming{BodyFraming::until_close, 0}));
  for (const char* status : {"100", "101", "103", "204", "304"}) {
    const std::string bytes = "HTTP/1.1 "s + status + " X\r\nContent-Length: 7\r\n\r\n";
    BOOST_TEST((framing("GET", bytes) == BodyFraming{}), status);
  }
}

BOOST_AUTO_TEST_CASE(interim_responses_are_told_from_final_ones) {
  const auto is_interim = [](std::string_view status) {
    ResponseParser parser;
    const std::string bytes = "HTTP/1.1 " + std::string(status) + " X\r\n\r\n";
    BOOST_REQUIRE((parser.parse(bytes) == Parsed::complete));
    return parser.head().is_interim();
  };
  BOOST_TEST(is_interim("100"));
  BOOST_TEST(is_interim("103"));
  BOOST_TEST(!is_interim("101"));
  BOOST_TEST(!is_interim("200"));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_response_or_can_be_read_in_two_ways) {
  const std::string cases[] = {
      "SSH-2.0-OpenSSH_9.2\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/0.9 200 OK\r\n\r\n",
      "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 2x0 OK\r\n\r\n",
      "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1 600 OK\r\n\r\n",
      "HTTP/1.1 -10 OK\r\n\r\n",
      "HTTP/1.1 200 O\0K\r\n\r\n"s,
      "HTTP/1.1 200 O\rK\r\n\r\n",
      "HTTP/1.1 200 OK\n\n",
      "\r\nHTTP/1.1 200 OK\r\n\r\n",
      ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      ok("Content-Length: 5\r\nContent-Length: 5\r\n"),
      ok("Content-Length: 5, 5\r\n"),
      ok("Content-Length: -1\r\n"),
      ok("Transfer-Encoding: gzip, chunked\r\n"),
      ok("Transfer-Encoding: chunked, chunked\r\n"),
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      ok("X : y\r\n"),
      ok("X: y\r\n z\r\n"),
      ok("X: y\nZ: z\r\n"),
  };
  for (const std::string& bytes : cases) {
    BOOST_TEST(parse_any_way(bytes) == "502", bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_head_has_limits) {
  const std::string bytes = "HTTP/1.1 200 " + std::string(20, 'x') + "\r\nA: b\r\n\r\n";
  BOOST_TEST(parse_any_way(bytes, {.start_line = 33}) != "502");
  BOOST_TEST(parse_any_way(bytes, {.start_line = 32}) == "502");
  BOOST_TEST(parse_any_way(bytes, {.head = bytes.size()}) != "502");
  BOOST_TEST(parse_any_way(bytes, {.head = bytes.size() - 1}) == "502");
  BOOST_TEST(parse_any_way(bytes, {.fields = 0}) == "502");
  // What is too long is not judged otherwise.
  const std::string reason = "HTTP/1.1 200 \x01" + std::string(100, 'x');
  for (const char* end : {"", "\r\n\r\n"}) {
    BOOST_TEST(parse_any_way(reason + end, {.start_line = 40}) == "502");
    BOOST_TEST(parse_any_way(ok("X y" + std::string(100, 'z') + ":" + end), {.head = 60}) == "502");
  }
}

BOOST_AUTO_TEST_CASE(a_response_behind_an_interim_one_is_read_after_a_reset) {
  const std::string both =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  ResponseParser parser;
  std::string_view rest = both;
  BOOST_REQUIRE((parser.parse(rest) == Parsed::complete));
  rest.remove_prefix(parser.head().size());
  parser.reset();
  BOOST_REQUIRE((parser.parse(rest) == Parsed::complete));
  BOOST_TEST(parser.head().status() == 200);
  BOOST_TEST(parser.head().size() == rest.size());
}

BOOST_AUTO_TEST_SUITE_END()
