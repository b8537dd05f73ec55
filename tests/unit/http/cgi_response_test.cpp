#include "gnet/http/cgi_response.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(cgi_response)

using gnet::http::CGIResponse;
using gnet::http::CGIResponseParser;
using gnet::http::Parsed;

namespace {

// The same verdict however the bytes are split: at once, byte by byte, and in two at each place.
CGIResponse parsed(std::string_view text) {
  CGIResponseParser whole;
  BOOST_REQUIRE(whole.parse(text) == Parsed::complete);
  CGIResponseParser bytes;
  for (std::size_t i = 0; i <= text.size(); ++i) bytes.parse(text.substr(0, i));
  BOOST_TEST((bytes.parse(text) == Parsed::complete));
  for (std::size_t i = 0; i <= text.size(); ++i) {
    CGIResponseParser halves;
    halves.parse(text.substr(0, i));
    BOOST_REQUIRE(halves.parse(text) == Parsed::complete);
    BOOST_REQUIRE(halves.response().headers == bytes.response().headers);
    BOOST_REQUIRE(halves.response().head_size == whole.response().head_size);
  }
  return whole.response();
}

std::string refusal_of(std::string_view text) {
  CGIResponseParser whole;
  if (whole.parse(text) == Parsed::incomplete) whole.end();
  CGIResponseParser bytes;
  for (std::size_t i = 0; i <= text.size(); ++i) bytes.parse(text.substr(0, i));
  bytes.end();
  BOOST_TEST(whole.refusal().reason == bytes.refusal().reason);
  BOOST_TEST(whole.refusal().status == 502);
  return std::string(whole.refusal().reason);
}

}  // namespace

BOOST_AUTO_TEST_CASE(lines_end_with_lf_or_crlf) {
  for (const std::string end : {"\n", "\r\n"}) {
    const std::string head = "Content-Type: text/plain" + end + "X-A: 1" + end + end;
    const CGIResponse response = parsed(head + "body\n\n");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.get("content-type").value() == "text/plain");
    BOOST_TEST(response.headers.get("X-A").value() == "1");
    BOOST_TEST(response.head_size == head.size());
  }
}

BOOST_AUTO_TEST_CASE(the_status_is_a_field) {
  const CGIResponse response = parsed("Status: 404 Not here\nContent-Type: a/b\n\n");
  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.reason == "Not here");
  BOOST_TEST(!response.headers.has("Status"));
  BOOST_TEST(parsed("status:201\n\n").status == 201);
  for (const char* bad :
       {"Status: 99\n\n", "Status: 101 Up\n\n", "Status: 600\n\n", "Status: \n\n",
        "Status: 2000\n\n", "Status: 200OK\n\n", "Status: +20\n\n", "Status: 200 a\rb\n\n"}) {
    BOOST_TEST(refusal_of(bad) == "the program's status is none");
  }
}

BOOST_AUTO_TEST_CASE(a_location_redirects) {
  BOOST_TEST(parsed("Location: https://a.test/\n\n").status == 302);
  BOOST_TEST(parsed("Location: //a.test/\n\n").local_redirect.empty());
  BOOST_TEST(parsed("Status: 303 See\nLocation: /x\n\n").status == 303);
  const CGIResponse local = parsed("Location: /x?y=1\n\n");
  BOOST_TEST(local.local_redirect == "/x?y=1");
  BOOST_TEST(parsed("Location: /x\nContent-Type: a/b\n\n").local_redirect.empty());
  BOOST_TEST(refusal_of("Location:\n\n") == "the program's Location is empty");
}

BOOST_AUTO_TEST_CASE(the_length_is_told_apart) {
  BOOST_TEST(parsed("Status: 200\nContent-Length: 7\n\n").content_length.value() == 7U);
  BOOST_TEST(
      parsed("Status: 200\nContent-Length: 7\nContent-Length: 7\n\n").content_length.value() == 7U);
  for (const char* bad : {"Content-Length: 7\nContent-Length: 8\n\n", "Content-Length: -1\n\n",
                          "Content-Length: 1, 1\n\n", "Content-Length:\n\n",
                          "Content-Length: 99999999999999999999\n\n"}) {
    BOOST_TEST(refusal_of(std::string("Status: 200\n") + bad) ==
               "the program's Content-Length is none");
  }
}

BOOST_AUTO_TEST_CASE(what_is_the_servers_affair_is_left_out) {
  const CGIResponse response = parsed(
      "Status: 200\nConnection: keep-alive\nTransfer-Encoding: chunked\nUpgrade: x\nTE: a\n"
      "Set-Cookie: a=1\nSet-Cookie: b=2\n\n");
  BOOST_TEST(response.headers.size() == 2U);
  BOOST_TEST(response.headers.get_all("set-cookie").size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_could_be_read_as_more_is_refused) {
  const std::string characters = "a field of the program's head has characters that none may have";
  BOOST_TEST(refusal_of("Status: 200\nX: a\rSet-Cookie: b\n\n") == characters);
  BOOST_TEST(refusal_of(std::string_view("Status: 200\nX: a\0b\n\n", 20)) == characters);
  BOOST_TEST(refusal_of("Status: 200\nX Y: a\n\n") == characters);
  BOOST_TEST(refusal_of("Status: 200\nX : a\n\n") == characters);
  BOOST_TEST(refusal_of("Status: 200\nConnection: a\rX: b\n\n") == characters);
  BOOST_TEST(refusal_of("Status: 200\nX: a\n folded\n\n") ==
             "a field of the program's head is folded");
  BOOST_TEST(refusal_of("HTTP/1.1 200 OK\n\n") == "a line of the program's head is no field");
  BOOST_TEST(refusal_of("Status: 200\nStatus: 404\n\n") ==
             "a field of the program's head comes twice");
  BOOST_TEST(refusal_of("Content-Type: a/b\nContent-Type: a/c\n\n") ==
             "a field of the program's head comes twice");
}

BOOST_AUTO_TEST_CASE(a_head_that_is_none_is_refused) {
  BOOST_TEST(refusal_of("") == "the program has answered nothing");
  BOOST_TEST(refusal_of("Content-Type: text/plain\n") == "the program's head has no end");
  BOOST_TEST(refusal_of("Content-Type") == "the program's head has no end");
  BOOST_TEST(refusal_of("hello\n") == "a line of the program's head is no field");
  BOOST_TEST(refusal_of("\n") ==
             "the program's head has neither Content-Type nor Location nor Status");
  BOOST_TEST(refusal_of("X-A: 1\n\n") ==
             "the program's head has neither Content-Type nor Location nor Status");
}

BOOST_AUTO_TEST_CASE(a_head_is_bounded) {
  BOOST_TEST(refusal_of(std::string(9000, 'a')) == "the program's head has too long a line");
  BOOST_TEST(refusal_of("X: " + std::string(8190, 'a') + "\n\n") ==
             "the program's head has too long a line");
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: 1\n";
  BOOST_TEST(refusal_of(many + "\n") == "the program's head has too many fields");
  std::string long_one;
  for (int i = 0; i < 9; ++i) long_one += "X: " + std::string(4000, 'a') + "\n";
  BOOST_TEST(refusal_of(long_one + "\n") == "the program's head is too long");
}

BOOST_AUTO_TEST_SUITE_END()
