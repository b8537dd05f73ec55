#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/http/http_error.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(request_smuggling)

using gnet::http::Request;
using gnet::http::Response;
using gnet::http::ServerOptions;
using test::get;
using test::last;
using test::post;

namespace {

const std::string kSmuggled = get("/smuggled");
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

std::string field(std::string_view name, std::string_view value) {
  return std::string(name) + ": " + std::string(value) + "\r\n";
}
std::string chunked(std::string_view body) {
  return post(kChunked, body);
}

// Answers with what the request was, and knows whether the smuggled one was among them.
struct Server {
  std::string ask(const std::string& bytes) {
    reached = false;
    return server.ask(bytes);
  }

  bool reached = false;
  test::HTTPServer server{[this](Request& request, Response& response) {
                            const std::string body = request.read_all();
                            if (request.path() == "/smuggled") reached = true;
                            response.send(body);
                          },
                          {.body = {.body = 1024 * 1024}}};
};

}  // namespace

// Behind each of them stands a request that must never be seen as one.
BOOST_AUTO_TEST_CASE(what_can_be_read_in_two_ways_is_refused_and_the_connection_ends) {
  const std::string five = "5\r\nhello\r\n0\r\n\r\n";
  const std::vector<std::pair<std::string, std::string>> refused{
      // Two lengths.
      {"400", post("Content-Length: 5\r\n" + kChunked, "hello")},
      {"400", post(kChunked + "Content-Length: 5\r\n", five)},
      {"400", post("Content-Length: 0\r\n" + kChunked, five)},
      {"400", post(field("Content-Length", "5, 5"), "hello")},
      {"400", post(field("Content-Length", "5") + field("content-length", "5"), "hello")},
      {"400", post(field("Content-Length", "+5"), "hello")},
      {"400", post(field("Content-Length", "5 5"), "hello")},
      {"400", post(field("Content-Length", ""), "")},
      // Codings that are not what they look like.
      {"400", post(field("Transfer-Encoding",
                         "\x0b"
                         "chunked"),
                   five)},
      {"400", post(field("Transfer-Encoding",
                         "\x0c"
                         "chunked"),
                   five)},
      {"400", post(field("Transfer-Encoding", "chunked, gzip"), five)},
      {"400", post(field("Transfer-Encoding", "chunked, chunked"), five)},
      {"400", post(field("Transfer-Encoding", "identity"), five)},
      {"501", post(field("Transfer-Encoding", "gzip, chunked"), five)},
      {"400",
       "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + kChunked + "\r\n" + five},
      // Lines of chunks.
      {"400", chunked("5;\nhello\r\n0\r\n\r\n")},
      {"400", chunked("5\rhello\r\n0\r\n\r\n")},
      {"400", chunked("5\nhello\r\n0\r\n\r\n")},
      {"400", chunked("5;a=b\nhello\r\n0\r\n\r\n")},
      {"400", chunked("5\r\nhello\r\n0\r\n\n")},
      {"400", chunked("5\r\nhello\r\n0\n\r\n")},
      {"400", chunked("5\r\nhelloXX0\r\n\r\n")},
      {"400", chunked("5\r\nhello0\r\n\r\n")},
      {"400", chunked("-2\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("+5\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("0x5\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("0_5\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked(" 5\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("5 \r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("00000000000000005\r\nhello\r\n0\r\n\r\n")},
      {"413", chunked("100000005\r\nhello\r\n0\r\n\r\n")},
      {"400", chunked("5;" + std::string(100'000, 'x') + "\r\nhello\r\n0\r\n\r\n")},
      // Hosts.
      {"400", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {"400", "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"},
      {"400", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"},
      {"400", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
  };
  Server server;
  for (const auto& [status, bytes] : refused) {
    const std::string answer = server.ask(bytes + kSmuggled);
    BOOST_TEST(test::status_of(answer) == status, bytes.substr(0, 200));
    BOOST_TEST(answer.find(test::kClose) != answer.npos, bytes.substr(0, 200));
    BOOST_TEST(answer.find("HTTP/1.1", 1) == answer.npos, bytes.substr(0, 200));
    BOOST_TEST(!server.reached, bytes.substr(0, 200));
  }
}

BOOST_AUTO_TEST_CASE(extensions_of_chunks_are_bounded_whatever_they_carry) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "1;" + std::string(100, 'x') + "\r\na\r\n";
  Server server;
  BOOST_TEST(test::status_of(server.ask(chunked(body + "0\r\n\r\n"))) == "400");
}

BOOST_AUTO_TEST_CASE(chunked_is_chunked_in_capitals_and_whatever_connection_names) {
  Server server;
  const std::string five = "5\r\nhello\r\n0\r\n\r\n";
  BOOST_TEST(server.ask(post(field("Transfer-Encoding", "CHUNKED"), five) + last("/")) ==
             test::ok("hello") + test::ok("", test::kClose));
  for (const std::string named : {"Transfer-Encoding", "Content-Length"}) {
    const std::string connection = field("Connection", named);
    const std::string body = kSmuggled;
    const std::string length = field("Content-Length", std::to_string(body.size()));
    const std::string first = server.ask(post(connection + kChunked, five) + last("/"));
    BOOST_TEST((first == test::ok("hello") + test::ok("", test::kClose) ||
                test::status_of(first) == "400"));
    const std::string second = server.ask(post(connection + length, body) + last("/"));
    BOOST_TEST((second == test::ok(body) + test::ok("", test::kClose) ||
                test::status_of(second) == "400"));
    BOOST_TEST(!server.reached);
  }
}

// Answers that do not look at the body, with bodies that look like requests.
BOOST_AUTO_TEST_CASE(an_answer_before_the_body_leaves_nothing_to_be_read_as_a_request) {
  bool reached = false;
  const auto answer = [&](Request& request, Response& response) {
    if (request.path() == "/smuggled") reached = true;
    const int status = request.path() == "/next" ? 200 : std::stoi(*request.query_value("status"));
    if (request.header("X-Throw")) throw gnet::http::HTTPError(status, "no");
    response.status(status).send(status == 304 ? "" : "no");
  };
  test::HTTPServer server(answer, {.unread_body = 1000});
  for (const int status : {200, 304, 401, 404, 413, 500}) {
    for (const std::size_t size : {kSmuggled.size(), std::size_t{990}, std::size_t{5000}}) {
      std::string body = kSmuggled;
      while (body.size() + kSmuggled.size() <= size) body += kSmuggled;
      char length[32];
      std::snprintf(length, sizeof length, "%zx\r\n", body.size());
      const std::vector<std::string> framed{
          field("Content-Length", std::to_string(body.size())) + "\r\n" + body,
          kChunked + "\r\n" + length + body + "\r\n0\r\n\r\n"};
      for (const std::string& rest : framed) {
        for (const std::string more : {"", "Expect: 100-continue\r\n", "X-Throw: 1\r\n"}) {
          if (status < 400 && more.starts_with("X")) continue;
          const std::string line =
              "POST /?status=" + std::to_string(status) + " HTTP/1.1\r\nHost: a\r\n";
          const std::string answers = server.ask(line + more + rest + last("/next"));
          BOOST_TEST(test::status_of(answers) == std::to_string(status));
          BOOST_TEST(!reached, line << more << body.size());
          // Either the next request is seen, or the client is told that it is not.
          const std::size_t end = answers.find("\r\n\r\n") + 2;
          const bool closes = answers.substr(0, end).find(test::kClose) != answers.npos;
          const bool goes_on = answers.find("HTTP/1.1 200", end) != answers.npos;
          if (closes) BOOST_TEST(!goes_on, line << more << body.size());
          if (body.size() > 1000) BOOST_TEST(!goes_on, line << more << body.size());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_next_request_is_seen_when_only_the_end_of_a_body_was_left) {
  test::HTTPServer server([](Request& request, Response& response) {
    if (request.method() == "POST") BOOST_TEST(request.read_some() == "hello");
    response.send(request.path());
  });
  gnet::Stream client = server.connect();
  client.send_all(chunked("5\r\nhello\r\n"));
  BOOST_TEST(test::read_until(client, "\r\n\r\n/").ends_with("/"));
  client.send_all("0\r\n\r\n" + last("/next"));
  BOOST_TEST(test::read_all(client) == test::ok("/next", test::kClose));
}

BOOST_AUTO_TEST_CASE(what_asks_for_another_protocol_and_does_not_get_it_goes_on_in_http) {
  Server server;
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: foo\r\n";
  BOOST_TEST(server.ask(post(upgrade + "Content-Length: 5\r\n", "hello") + last("/")) ==
             test::ok("hello") + test::ok("", test::kClose));
  const std::string body = kSmuggled;
  const std::string length = field("Content-Length", std::to_string(body.size()));
  BOOST_TEST(server.ask(post(upgrade + length, body) + last("/")) ==
             test::ok(body) + test::ok("", test::kClose));
  BOOST_TEST(!server.reached);
}

BOOST_AUTO_TEST_SUITE_END()
