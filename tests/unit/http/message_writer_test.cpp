#include "gnet/http/message_writer.h"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/http/body_decoder.h"
#include "gnet/http/request_parser.h"

BOOST_AUTO_TEST_SUITE(message_writer)

using gnet::http::BodyFraming;
using gnet::http::Headers;
using gnet::http::RequestStart;
using gnet::http::ResponseStart;
using namespace std::string_literals;

namespace {

constexpr BodyFraming kChunked{BodyFraming::chunked};
constexpr BodyFraming kUntilClose{BodyFraming::until_close};

BodyFraming length(std::uint64_t size) {
  return {BodyFraming::length, size};
}

// What is appended; of what is not sent, why. Nothing is appended then.
std::string appended(const std::function<void(std::string&)>& append) {
  std::string out = "before";
  try {
    append(out);
  } catch (const std::invalid_argument& error) {
    BOOST_TEST(out == "before");
    return error.what();
  }
  BOOST_TEST(out.starts_with("before"));
  return out.substr(6);
}

std::string response(const ResponseStart& start) {
  return appended([&](std::string& out) { append_response(out, start); });
}

std::string request(const RequestStart& start) {
  return appended([&](std::string& out) { append_request(out, start); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_response_says_how_long_its_body_is) {
  BOOST_TEST(response({}) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  BOOST_TEST(response({.framing = length(0)}) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  BOOST_TEST(response({.framing = length(UINT64_MAX)}) ==
             "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
  BOOST_TEST(response({.framing = kChunked}) ==
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  BOOST_TEST(response({.framing = kUntilClose}) == "HTTP/1.1 200 OK\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(lengths_and_fields_of_any_size_are_written) {
  for (const std::uint64_t size : {1, 9, 10, 99, 100, 101, 999, 1000, 65536}) {
    BOOST_TEST(response({.framing = length(size)}) ==
               "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  }
  for (std::size_t size = 0; size < 700; ++size) {
    const std::string text(size, 'v');
    const Headers headers{{"X", text}};
    BOOST_REQUIRE(response({.date = text, .headers = &headers}) ==
                  "HTTP/1.1 200 OK\r\n" + (size == 0 ? "" : "Date: " + text + "\r\n") +
                      "Content-Length: 0\r\nX: " + text + "\r\n\r\n");
  }
}

BOOST_AUTO_TEST_CASE(a_response_without_a_body_says_nothing) {
  BOOST_TEST(response({.status = 100}) == "HTTP/1.1 100 Continue\r\n\r\n");
  BOOST_TEST(response({.status = 204, .framing = length(0)}) == "HTTP/1.1 204 No Content\r\n\r\n");
  BOOST_TEST(response({.status = 304}) == "HTTP/1.1 304 Not Modified\r\n\r\n");
  BOOST_TEST(response({.status = 304, .framing = length(5)}) ==
             "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
  BOOST_TEST(response({.status = 205}) ==
             "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n");
  const std::string none = "cannot send a body with a status that has none";
  BOOST_TEST(response({.status = 204, .framing = length(5)}) == none);
  BOOST_TEST(response({.status = 204, .framing = kChunked}) == none);
  BOOST_TEST(response({.status = 101, .framing = kChunked}) == none);
}

BOOST_AUTO_TEST_CASE(a_response_has_its_fields) {
  const Headers headers{{"Vary", "Accept"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}};
  BOOST_TEST(response({.status = 404,
                       .date = "Sun, 06 Nov 1994 08:49:37 GMT",
                       .content_type = "text/plain",
                       .connection = "close",
                       .framing = length(13),
                       .headers = &headers}) ==
             "HTTP/1.1 404 Not Found\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Content-Type: text/plain\r\n"
             "Content-Length: 13\r\n"
             "Connection: close\r\n"
             "Vary: Accept\r\n"
             "Set-Cookie: a=1\r\n"
             "Set-Cookie: b=2\r\n"
             "\r\n");
}

BOOST_AUTO_TEST_CASE(headers_that_are_there_count_more_than_those_beside_them) {
  const Headers headers{{"date", "d"}, {"CONTENT-TYPE", "t"}};
  BOOST_TEST(response({.date = "x", .content_type = "y", .headers = &headers}) ==
             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\ndate: d\r\nCONTENT-TYPE: t\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_reason_is_that_of_the_status_or_an_own_one) {
  BOOST_TEST(response({.status = 299, .framing = kUntilClose}) == "HTTP/1.1 299 \r\n\r\n");
  BOOST_TEST(response({.reason = "F\xc3\xaf"
                                 "ne",
                       .framing = kUntilClose}) ==
             "HTTP/1.1 200 F\xc3\xaf"
             "ne\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(nothing_gets_into_a_response_that_ends_its_line) {
  for (const std::string& text : {"a\r\nX: y"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
    BOOST_TEST(response({.reason = text}) ==
               "cannot send this reason phrase: it has a control character");
    BOOST_TEST(response({.date = text}) ==
               "cannot set field 'Date': a control character in its value");
    BOOST_TEST(response({.content_type = text}) ==
               "cannot set field 'Content-Type': a control character in its value");
    BOOST_TEST(response({.connection = text}) ==
               "cannot set field 'Connection': a control character in its value");
  }
  for (const int status : {99, 1000, 0, -200}) {
    BOOST_TEST(response({.status = status}) == "cannot send a status that is not 100 to 999");
  }
}

BOOST_AUTO_TEST_CASE(headers_do_not_speak_of_the_length) {
  for (const char* name : {"content-length", "Transfer-Encoding"}) {
    const Headers headers{{name, "5"}, {"Host", "a"}};
    BOOST_TEST(response({.headers = &headers}).ends_with("among others: it follows from the body"));
    BOOST_TEST(request({.headers = &headers}).ends_with("among others: it follows from the body"));
  }
}

BOOST_AUTO_TEST_CASE(a_request_says_what_it_wants_of_whom) {
  BOOST_TEST(request({.host = "a.test:80"}) == "GET / HTTP/1.1\r\nHost: a.test:80\r\n\r\n");
  const Headers headers{{"Accept", "*/*"}};
  BOOST_TEST(request({.method = "QUERY",
                      .target = "/a?b|c",
                      .host = "[::1]",
                      .connection = "close",
                      .framing = length(3),
                      .headers = &headers}) ==
             "QUERY /a?b|c HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 3\r\nConnection: close\r\n"
             "Accept: */*\r\n\r\n");
  BOOST_TEST(request({.method = "CONNECT", .target = "a:443", .host = "a:443"}) ==
             "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(only_methods_that_have_a_body_say_that_there_is_none) {
  for (const char* method : {"POST", "PUT", "PATCH"}) {
    BOOST_TEST(request({.method = method, .host = "a"}) ==
               method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"s);
  }
  BOOST_TEST(request({.method = "DELETE", .host = "a"}) == "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(request({.method = "POST", .host = "a", .framing = kChunked}) ==
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  BOOST_TEST(request({.host = "a", .framing = kUntilClose}) ==
             "cannot send a request whose body has no end");
}

BOOST_AUTO_TEST_CASE(a_request_has_one_host) {
  const Headers one{{"host", "a"}};
  BOOST_TEST(request({.headers = &one}) == "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  BOOST_TEST(request({.host = "b", .headers = &one}) == "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  BOOST_TEST(request({}) == "cannot send a request without field 'Host'");
  const Headers two{{"Host", "a"}, {"Host", "a"}};
  BOOST_TEST(request({.headers = &two}) == "cannot send field 'Host' twice");
  for (const std::string& host : {"a,b"s, "a@b"s, "a:99999"s, "a b"s, "a\r\nX: y"s, "a/b"s}) {
    BOOST_TEST(request({.host = host}).ends_with("' is no host"));
  }
  const Headers empty{{"Host", ""}};
  BOOST_TEST(request({.headers = &empty}) == "cannot send field 'Host': '' is no host");
}

BOOST_AUTO_TEST_CASE(nothing_gets_into_a_request_line_that_ends_it) {
  for (const std::string& method : {""s, "GET /x HTTP/1.1\r\n"s, "G T"s, "GET\0"s, "G\xc3\xa9T"s}) {
    BOOST_TEST(request({.method = method, .host = "a"}) == "cannot send a method that is no token");
  }
  for (const std::string& target :
       {""s, "/a b"s, "/a\r\nX: y"s, "/a\n"s, "/\0"s, "/\xc3\xa9"s, "/a#b"s, "/\t"s, "/\x7f"s}) {
    BOOST_TEST(request({.target = target, .host = "a"})
                   .ends_with("': it has a character that has to be encoded"));
  }
  BOOST_TEST(request({.target = "/a\r\n", .host = "a"}) ==
             "cannot send the target '/a\\r\\n': it has a character that has to be encoded");
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_read_as_the_same) {
  const Headers headers{{"Accept", "*/*"}, {"X-Own", "caf\xe9"}};
  std::string out;
  gnet::http::append_request(out, {.method = "PUT",
                                   .target = "/a?b",
                                   .host = "a.test",
                                   .framing = kChunked,
                                   .headers = &headers});
  gnet::http::RequestParser parser;
  BOOST_REQUIRE((parser.parse(out) == gnet::http::Parsed::complete));
  BOOST_TEST(parser.head().method() == "PUT");
  BOOST_TEST(parser.head().target() == "/a?b");
  BOOST_TEST(parser.head().authority() == "a.test");
  BOOST_TEST((parser.head().framing() == kChunked));
  BOOST_TEST(parser.head().fields().find("x-own").value() == "caf\xe9");
  BOOST_TEST(parser.head().size() == out.size());
}

BOOST_AUTO_TEST_CASE(chunks_have_their_size_in_front) {
  std::string out;
  gnet::http::append_chunk(out, "hello");
  gnet::http::append_chunk(out, "");
  gnet::http::append_chunk(out, std::string(300, 'x'));
  gnet::http::append_chunk_size(out, 5);
  out += "world";
  out += gnet::http::kChunkEnd;
  gnet::http::append_last_chunk(out);
  BOOST_TEST(out ==
             "5\r\nhello\r\n12c\r\n" + std::string(300, 'x') + "\r\n5\r\nworld\r\n0\r\n\r\n");
  BOOST_TEST(appended([](std::string& all) {
               gnet::http::append_chunk_size(all, std::uint64_t{1} << 32);
             }) == "100000000\r\n");
  BOOST_TEST(appended([](std::string& all) { gnet::http::append_chunk_size(all, 0); }) ==
             "cannot send a chunk of no bytes: it would be the last");

  gnet::http::BodyDecoder body;
  body.start(kChunked);
  std::string data;
  for (std::string_view rest = out; !body.is_done();) {
    const auto piece = body.feed(rest);
    BOOST_REQUIRE(piece.consumed > 0U);
    data += piece.data;
    rest.remove_prefix(piece.consumed);
  }
  BOOST_TEST(data == "hello" + std::string(300, 'x') + "world");
}

BOOST_AUTO_TEST_CASE(trailers_come_behind_the_last_chunk) {
  const auto last = [](const Headers& trailers) {
    return appended([&](std::string& out) { append_last_chunk(out, trailers); });
  };
  BOOST_TEST(last({}) == "0\r\n\r\n");
  BOOST_TEST(last({{"X-Sum", "1"}, {"Server-Timing", "x"}}) ==
             "0\r\nX-Sum: 1\r\nServer-Timing: x\r\n\r\n");
  BOOST_TEST(last({{"X-Sum", "1"}, {"content-LENGTH", "5"}}) ==
             "cannot send field 'content-LENGTH' as a trailer");
  BOOST_TEST(last({{"Host", "a"}}) == "cannot send field 'Host' as a trailer");
}

BOOST_AUTO_TEST_SUITE_END()
