#include "gnet/http/http_server_factory.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/http/date.h"
#include "gnet/http/http_error.h"
#include "gnet/io/connect.h"
#include "gnet/io/tls_stream.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(http_server_factory)

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::HTTPServerFactory;
using gnet::Stream;
using gnet::http::FieldName;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;
using gnet::http::ServerOptions;
using test::echo_body;
using test::eventually;
using test::get;
using test::kClose;
using test::last;
using test::ok;
using test::post;
using test::read_all;
using test::read_until;
using test::say_path;
using test::status_of;
using test::undated;
using Server = test::HTTPServer;

// ---- answers ----

BOOST_AUTO_TEST_CASE(a_handler_answers_a_request) {
  Server server([](Request& request, Response& response) {
    response.set("X-Query", request.query()).status(201, "Made");
    response.send("hello\n", "text/plain");
  });
  BOOST_TEST(server.ask(last("/x?q=1")) ==
             "HTTP/1.1 201 Made\r\nContent-Length: 6\r\nConnection: close\r\nX-Query: q=1\r\n"
             "Content-Type: text/plain\r\n\r\nhello\n");
}

BOOST_AUTO_TEST_CASE(a_handler_that_says_nothing_gives_an_empty_answer) {
  Server server([](Request&, Response&) {});
  BOOST_TEST(server.ask(last("/")) == ok("", kClose));
}

BOOST_AUTO_TEST_CASE(a_connection_stays_for_further_requests) {
  Server server(say_path);
  Stream client = server.connect();
  for (const char* path : {"/one", "/two", "/three"}) {
    client.send_all(get(path));
    BOOST_TEST(undated(read_until(client, path)) == ok(path));
  }
  client.send_all(last("/4"));
  BOOST_TEST(read_all(client) == ok("/4", kClose));
  BOOST_TEST(server.factory.counters().accepted == 1U);
}

BOOST_AUTO_TEST_CASE(requests_behind_each_other_are_answered_in_order_and_together) {
  Server server(say_path);
  Stream client = server.connect();
  client.send_all(get("/1") + get("/2") + get("/3"));
  char buffer[4096];
  const std::size_t size = client.receive(buffer, sizeof buffer, 20s);
  BOOST_TEST(undated({buffer, size}) == ok("/1") + ok("/2") + ok("/3"));
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte) {
  Server server(echo_body);
  Stream client = server.connect();
  const std::string bytes = post("Content-Length: 3\r\n", "abc") +
                            post("Transfer-Encoding: chunked\r\nConnection: close\r\n",
                                 "2\r\nde\r\n1;x=y\r\nf\r\n0\r\nA: b\r\n\r\n");
  for (const char c : bytes) {
    client.send_all({&c, 1});
    gnet::yield();
  }
  BOOST_TEST(read_all(client) == ok("abc") + ok("def", kClose));
}

BOOST_AUTO_TEST_CASE(head_gets_the_head_alone) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/whole") return response.send("hello");
    response.write("hel");
    response.write("lo");
  });
  BOOST_TEST(server.ask("HEAD /whole HTTP/1.1\r\nHost: a\r\n\r\n"
                        "HEAD /pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") ==
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
             "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(statuses_without_a_body_have_none) {
  Server server([](Request& request, Response& response) {
    response.status(request.path() == "/304" ? 304 : 204);
    if (request.path() == "/pieces") return response.write("not sent");
    response.send("not sent");
  });
  BOOST_TEST(server.ask(get("/") + get("/304") + last("/pieces")) ==
             "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"
             "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_unless_it_asks_to_stay) {
  Server server(say_path);
  BOOST_TEST(server.ask("GET /a HTTP/1.0\r\n\r\n") == ok("/a", kClose));
  BOOST_TEST(
      server.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n") ==
      ok("/a", "Connection: keep-alive\r\n") + ok("/b", kClose));
}

BOOST_AUTO_TEST_CASE(an_answer_in_pieces_leaves_piece_by_piece) {
  gnet::Event go_on;
  Server server([&](Request&, Response& response) {
    response.type("text/event-stream").write("one\n");
    go_on.wait();
    response.write("two\n");
    gnet::http::Headers trailers{{"X-Sum", "8"}};
    response.end(trailers);
  });
  Stream client = server.connect();
  client.send_all(last("/"));
  BOOST_TEST(undated(read_until(client, "one\n\r\n")) ==
             "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
             "Content-Type: text/event-stream\r\n\r\n4\r\none\n\r\n");
  go_on.set();
  BOOST_TEST(read_all(client) == "4\r\ntwo\n\r\n0\r\nX-Sum: 8\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_answer_in_pieces_ends_with_the_connection_in_http_1_0) {
  Server server([](Request&, Response& response) {
    response.write("one\n");
    response.write("two\n");
  });
  BOOST_TEST(server.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") ==
             "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none\ntwo\n");
}

BOOST_AUTO_TEST_CASE(long_answers_arrive_whole_even_if_the_client_is_slow) {
  const std::string body(3'000'000, 'x');
  Server server([&](Request& request, Response& response) {
    if (request.path() == "/whole") return response.send(body);
    for (std::size_t i = 0; i < 3; ++i) response.write(std::string_view(body).substr(0, 1'000'000));
  });
  const std::string answer = server.ask(get("/whole") + get("/whole") + last("/whole"));
  BOOST_TEST((answer == ok(body) + ok(body) + ok(body, kClose)));
  BOOST_TEST(server.ask(last("/pieces")).size() > 3'000'000U);
}

// ---- bodies of requests ----

BOOST_AUTO_TEST_CASE(a_body_is_read_whole_or_in_pieces) {
  Server server(echo_body);
  const std::string body(200'000, 'b');
  BOOST_TEST((server.ask(post("Content-Length: 200000\r\nConnection: close\r\n", body)) ==
              ok(body, kClose)));
  Server pieces([](Request& request, Response& response) {
    std::size_t size = 0;
    for (auto piece = request.read_some(); !piece.empty(); piece = request.read_some()) {
      size += piece.size();
    }
    const auto trailer = request.trailers().find("x-sum").value_or("none");
    response.send(std::to_string(size) + " " + std::string(trailer) + " " +
                  std::string(request.header("x-still").value_or("gone")));
  });
  BOOST_TEST(
      pieces.ask(post("Connection: close\r\nX-Still: there\r\nTransfer-Encoding: chunked\r\n",
                      "30d40\r\n" + body + "\r\n0\r\nX-Sum: 7\r\n\r\n")) ==
      ok("200000 7 there", kClose));
}

BOOST_AUTO_TEST_CASE(what_a_handler_leaves_of_a_body_is_no_request) {
  Server server(say_path);
  const std::string smuggled = get("/smuggled");
  const std::string length = "Content-Length: " + std::to_string(smuggled.size()) + "\r\n";
  BOOST_TEST(server.ask(post(length, smuggled) + last("/next")) == ok("/") + ok("/next", kClose));
  BOOST_TEST(server.ask(post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n") + last("/next")) ==
             ok("/") + ok("/next", kClose));
  BOOST_TEST(server.calls == 4);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_to_be_dropped_ends_the_connection) {
  Server server(say_path, {.unread_body = 100});
  const std::string smuggled = get("/smuggled");
  std::string body(101, ' ');
  body += smuggled;
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  BOOST_TEST(server.ask(post(length, body)) == ok("/", kClose));
  const std::string chunk = "65\r\n" + std::string(0x65, ' ') + "\r\n0\r\n\r\n";
  BOOST_TEST(
      server.ask(post("Transfer-Encoding: chunked\r\n", chunk) + smuggled).find("smuggled") ==
      std::string::npos);
  BOOST_TEST(server.calls == 2);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_larger_than_allowed_is_413_and_the_client_hears_of_it) {
  ServerOptions options;
  options.body.body = 1000;
  Server server(echo_body, options);
  const std::string body(1'000'000, 'b');  // it goes on sending while the answer comes
  BOOST_TEST(status_of(server.ask(post("Content-Length: 1000000\r\n", body))) == "413");
  BOOST_TEST(server.calls == 0);
  BOOST_TEST(status_of(server.ask(post("Transfer-Encoding: chunked\r\n",
                                       "f4240\r\n" + body + "\r\n0\r\n\r\n"))) == "413");
  const std::string large(8'000'000, 'b');  // as much as a kernel takes before the client looks
  BOOST_TEST(status_of(server.ask(post("Content-Length: 8000000\r\n", large))) == "413");
  Server reader([](Request& request, Response& response) { response.send(request.read_all(10)); });
  BOOST_TEST(status_of(reader.ask(post("Content-Length: 11\r\n", "12345678901") + last("/"))) ==
             "413");
}

BOOST_AUTO_TEST_CASE(a_malformed_body_is_400_and_the_end) {
  Server server(echo_body);
  const std::string answer =
      server.ask(post("Transfer-Encoding: chunked\r\n", "5\r\nhelloXX0\r\n\r\n") + get("/next"));
  BOOST_TEST(status_of(answer) == "400");
  BOOST_TEST(answer.find(kClose) != answer.npos);
  BOOST_TEST(server.calls == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_100_gets_it_when_the_body_is_read) {
  Server server(echo_body);
  Stream client = server.connect();
  client.send_all(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  BOOST_TEST(read_until(client, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send_all("ab" + last("/"));
  BOOST_TEST(read_all(client) == ok("ab") + ok("", kClose));
  // Who sends it at once need not be asked.
  BOOST_TEST(server.ask(post("Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n",
                             "ab")) == ok("ab", kClose));
}

BOOST_AUTO_TEST_CASE(no_100_comes_behind_the_answer) {
  std::string body;
  Server server([&](Request& request, Response& response) {
    response.write("early");
    body = request.read_all();
  });
  Stream client = server.connect();
  client.send_all(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  BOOST_TEST(read_until(client, "early\r\n").find("100") == std::string::npos);
  client.send_all("ab");
  BOOST_TEST(read_all(client) == "0\r\n\r\n");
  BOOST_TEST(body == "ab");
}

BOOST_AUTO_TEST_CASE(a_client_that_was_not_asked_for_its_body_may_not_go_on) {
  Server server([](Request&, Response& response) { response.status(401).send("who?"); });
  BOOST_TEST(server.ask(post("Expect: 100-continue\r\nContent-Length: 2\r\n", "")) ==
             "HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwho?");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_large_for_its_handler_is_not_asked_for) {
  Server server([](Request& request, Response& response) { response.send(request.read_all(10)); });
  const std::string answer = server.ask(post("Expect: 100-continue\r\nContent-Length: 11\r\n", ""));
  BOOST_TEST(status_of(answer) == "413");
  BOOST_TEST(answer.find(kClose) != answer.npos);
}

BOOST_AUTO_TEST_CASE(an_upgrade_that_is_not_taken_is_a_request_like_any_other) {
  Server server(say_path);
  BOOST_TEST(server.ask(get("/1", "Connection: upgrade\r\nUpgrade: foo\r\n") + last("/2")) ==
             ok("/1") + ok("/2", kClose));
}

// ---- what is refused ----

BOOST_AUTO_TEST_CASE(a_malformed_request_is_answered_and_reaches_no_handler) {
  Server server(say_path, {.head = {.start_line = 100, .head = 1000}});
  const auto status = [&](const std::string& bytes) {
    const std::string answer = server.ask(bytes + last("/next"));
    BOOST_TEST(answer.find(kClose) != answer.npos);
    BOOST_TEST(answer.find("/next") == answer.npos);
    return status_of(answer);
  };
  BOOST_TEST(status("GET / HTTP/1.1\r\n\r\n") == "400");
  BOOST_TEST(status(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "")) == "400");
  BOOST_TEST(status(get("/" + std::string(100, 'x'))) == "414");
  BOOST_TEST(status(get("/", "X: " + std::string(1000, 'y') + "\r\n")) == "431");
  BOOST_TEST(status(get("/", "Expect: more\r\n")) == "417");
  BOOST_TEST(status(post("Transfer-Encoding: gzip, chunked\r\n", "")) == "501");
  BOOST_TEST(status("GET / HTTP/3.0\r\n\r\n") == "505");
  BOOST_TEST(server.calls == 0);
}

BOOST_AUTO_TEST_CASE(answers_to_requests_before_a_malformed_one_are_not_lost) {
  Server server(say_path);
  const std::string answer = server.ask(get("/1") + get("/2") + "nonsense\r\n\r\n");
  BOOST_TEST(answer.starts_with(ok("/1") + ok("/2") + "HTTP/1.1 400 "));
}

// ---- handlers that fail ----

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_500_and_logged) {
  test::LogLines lines;
  Server server([](Request& request, Response&) {
    if (request.path() == "/1") throw std::runtime_error("boom");
    if (request.path() == "/2") throw 7;
    const gnet::Timeout patience(10ms);
    gnet::sleep(20s);
  });
  const std::string wanted =
      "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 22\r\nConnection: close\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\nInternal Server Error\n";
  BOOST_TEST(server.ask(get("/1")) == wanted);
  BOOST_TEST(server.ask(get("/2")) == wanted);
  BOOST_TEST(server.ask(get("/3")) == wanted);
  BOOST_TEST(lines.text() ==
             "GET /1: boom\nGET /2: exception of type int\nGET /3: timed out after 10ms\n");
}

BOOST_AUTO_TEST_CASE(what_is_thrown_after_reading_was_cut_is_500_as_well) {
  test::LogLines lines;
  Server server([](Request& request, Response&) {
    gnet::CancelScope(20ms).run([&] { static_cast<void>(request.read_all()); });
    throw std::runtime_error("boom");
  });
  const std::string answer = server.ask(post("Content-Length: 5\r\n", "abc"));
  BOOST_TEST(status_of(answer) == "500");
  BOOST_TEST(lines.text() == "POST /: boom\n");
}

BOOST_AUTO_TEST_CASE(an_http_error_is_its_own_answer) {
  test::LogLines lines;
  Server server([](Request& request, Response& response) {
    if (request.path() == "/no") throw HTTPError(404, "there is nothing");
    response.send("yes");
  });
  BOOST_TEST(server.ask(get("/no") + last("/yes")) ==
             "HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n\r\nthere is nothing\n" +
                 ok("yes", kClose));
  BOOST_TEST(lines.text() == "");
  BOOST_CHECK_THROW(HTTPError(200, "fine"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(half_an_answer_is_not_taken_for_a_whole_one) {
  test::LogLines lines;
  Server server([](Request&, Response& response) {
    response.write("half");
    throw std::runtime_error("boom");
  });
  Stream client = server.connect();
  client.send_all(get("/"));
  BOOST_CHECK_THROW(read_all(client), std::system_error);  // a reset
  BOOST_TEST(lines.text() == "GET /: boom\n");
}

BOOST_AUTO_TEST_CASE(what_is_thrown_behind_a_whole_answer_does_not_change_it) {
  test::LogLines lines;
  Server server([](Request& request, Response& response) {
    response.send("whole");
    if (request.path() == "/1") throw std::runtime_error("boom");
    throw HTTPError(404, "too late");
  });
  BOOST_TEST(server.ask(get("/1") + last("/2")) == ok("whole") + ok("whole", kClose));
  BOOST_TEST(lines.text() == "GET /1: boom\n");
}

BOOST_AUTO_TEST_CASE(an_answer_that_a_handler_gives_up_is_followed_by_nothing) {
  const std::string body(20'000'000, 'x');
  Server server([&](Request& request, Response& response) {
    if (request.path() == "/next") return response.send("next");
    try {
      const gnet::Timeout patience(50ms);
      response.send(body);
    } catch (const gnet::Timeout&) {  // the handler goes on as if nothing were
    }
  });
  Stream client = server.connect();
  client.send_all(get("/") + last("/next"));
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_TEST(server.calls == 1);
  BOOST_CHECK_THROW(read_all(client), std::system_error);  // a reset
}

BOOST_AUTO_TEST_CASE(an_answer_that_a_stop_cuts_does_not_end_like_a_whole_one) {
  gnet::Event never;
  Server server([&](Request&, Response& response) {
    response.write("half");
    never.wait();
  });
  Stream client = server.connect();
  client.send_all("GET / HTTP/1.0\r\n\r\n");
  read_until(client, "half");
  server.factory.stop(0ms);
  BOOST_CHECK_THROW(read_all(client), std::system_error);  // a reset
}

BOOST_AUTO_TEST_CASE(a_handler_may_close_the_connection) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/field") {
      response.set("Connection", "x, Close");
    } else {
      response.close();
    }
    response.send("bye");
  });
  BOOST_TEST(server.ask(get("/call") + get("/next")) == ok("bye", kClose));
  BOOST_TEST(server.ask(get("/field") + get("/next")) == ok("bye", "Connection: x, Close\r\n"));
}

BOOST_AUTO_TEST_CASE(nothing_that_a_handler_sets_gets_another_line_into_the_head) {
  test::LogLines lines;
  Server server([](Request& request, Response& response) {
    if (request.path() == "/name") response.set("X\r\nY", "z");
    if (request.path() == "/value") response.set("X", "y\r\nZ: z");
    if (request.path() == "/reason") response.status(200, "fine\r\nX: y");
    if (request.path() == "/length") response.set("Content-Length", "7");
    response.send("body");
  });
  for (const char* path : {"/name", "/value", "/reason", "/length"}) {
    BOOST_TEST(status_of(server.ask(get(path))) == "500", path);
  }
  BOOST_TEST(lines.text().find("X-Y") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_is_given_once) {
  Server server([](Request&, Response& response) {
    response.send("one");
    BOOST_CHECK_THROW(response.send("two"), gnet::Misuse);
    BOOST_CHECK_THROW(response.write("two"), gnet::Misuse);
    BOOST_CHECK_THROW(response.set("X", "y"), gnet::Misuse);
    BOOST_CHECK_THROW(response.status(404), gnet::Misuse);
  });
  BOOST_TEST(server.ask(last("/")) == ok("one", kClose));
}

// ---- clients that take their time, or go ----

BOOST_AUTO_TEST_CASE(a_head_that_does_not_come_in_time_is_408) {
  Server server(say_path, {.head_timeout = 50ms});
  BOOST_TEST(status_of(server.ask("GET / HT")) == "408");
  BOOST_TEST(server.calls == 0);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_closes_without_a_word) {
  Server server(say_path, {.idle_timeout = 50ms});
  BOOST_TEST(server.ask("") == "");
  BOOST_TEST(server.ask(get("/")) == ok("/"));
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_come_is_408) {
  Server server(echo_body, {.body_timeout = 50ms});
  BOOST_TEST(status_of(server.ask(post("Content-Length: 5\r\n", "abc"))) == "408");
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_loses_its_connection) {
  test::LogLines lines;
  const std::string body(20'000'000, 'x');
  Server server([&](Request&, Response& response) { response.send(body); },
                {.write_timeout = 50ms});
  Stream client = server.connect();
  client.send_all(get("/"));
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_in_the_middle_ends_its_handler_and_nothing_else) {
  test::LogLines lines;
  std::vector<std::string> ends;
  Server server([&](Request& request, Response& response) {
    try {
      response.send(request.read_all());
    } catch (const std::exception& error) {
      ends.emplace_back(error.what());
      throw;
    }
  });
  Stream client = server.connect();
  client.send_all(post("Content-Length: 5\r\n", "abc"));
  gnet::sleep(20ms);
  client.close();
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_REQUIRE(ends.size() == 1U);
  BOOST_TEST(ends[0].find("the client has left") != std::string::npos);
  BOOST_TEST(lines.text() == "");
  BOOST_TEST(server.ask(last("/")) == ok("", kClose));
}

BOOST_AUTO_TEST_CASE(a_client_may_end_its_side_and_still_gets_its_answers) {
  Server server(say_path);
  Stream client = server.connect();
  client.send_all(get("/1") + get("/2"));
  client.shutdown_send();
  BOOST_TEST(read_all(client) == ok("/1") + ok("/2"));
}

BOOST_AUTO_TEST_CASE(a_connection_brings_as_many_requests_as_it_may) {
  Server server(say_path, {.requests = 2});
  BOOST_TEST(server.ask(get("/1") + get("/2") + get("/3")) == ok("/1") + ok("/2", kClose));
}

// ---- the end ----

BOOST_AUTO_TEST_CASE(a_stop_ends_idle_connections_at_once_and_others_after_their_answer) {
  gnet::Event asked;
  gnet::Event go_on;
  Server server([&](Request& request, Response& response) {
    if (request.path() == "/slow") {
      asked.set();
      go_on.wait();
    }
    response.send("done");
  });
  Stream idle = server.connect();
  idle.send_all(get("/"));
  read_until(idle, "done");
  Stream busy = server.connect();
  busy.send_all(get("/slow"));
  asked.wait();
  auto stopping = gnet::spawn([&] { server.factory.stop(20s); });
  BOOST_TEST(read_all(idle) == "");
  BOOST_TEST(server.factory.counters().active == 1U);
  go_on.set();
  BOOST_TEST(read_all(busy) == ok("done", kClose));
  stopping.join();
}

BOOST_AUTO_TEST_CASE(a_stop_in_the_middle_of_a_long_answer_loses_nothing_of_it) {
  const std::string body(20'000'000, 'x');
  gnet::Event asked;
  Server server([&](Request&, Response& response) {
    asked.set();
    response.send(body);
  });
  Stream client = server.connect();
  client.send_all(get("/"));
  asked.wait();
  gnet::yield();
  client.send_all(get("/behind"));  // which nobody reads any more
  auto stopping = gnet::spawn([&] { server.factory.stop(20s); });
  gnet::yield();
  const std::string answer = read_all(client);
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(answer.find(body) != answer.npos);
  stopping.join();
}

BOOST_AUTO_TEST_CASE(over_tls_it_is_the_same) {
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
  Server server(echo_body, {}, std::move(tcp));
  gnet::TLSStream client(server.connect(), gnet::TLSContext::client({.verify = false}));
  client.send_all(post("Content-Length: 3\r\n", "abc") +
                  post("Content-Length: 3\r\nConnection: close\r\n", "def"));
  BOOST_TEST(read_all(client) == ok("abc") + ok("def", kClose));
}

BOOST_AUTO_TEST_CASE(over_tls_it_announces_itself_unless_the_context_says_otherwise) {
  const auto agreed = [](const gnet::TLSServerOptions& options, std::vector<std::string> offered) {
    gnet::TCPServerOptions tcp;
    tcp.tls = gnet::TLSContext::server(options);
    Server server(echo_body, {}, std::move(tcp));
    const auto context = gnet::TLSContext::client({.verify = false, .alpn = std::move(offered)});
    gnet::TLSStream client(server.connect(), context);
    client.handshake();
    return client.session().alpn();
  };
  const auto identity = gnet::make_self_signed();
  BOOST_TEST(agreed({.identity = identity}, {"h2", "http/1.1"}) == "http/1.1");
  BOOST_TEST(agreed({.identity = identity}, {}) == "");
  BOOST_TEST(agreed({.identity = identity, .alpn = {"x"}}, {"http/1.1", "x"}) == "x");
}

BOOST_AUTO_TEST_CASE(an_interim_answer_comes_before_the_answer) {
  Server server([](Request&, Response& response) {
    response.inform(103, {{"Link", "</a.css>; rel=preload"}});
    BOOST_CHECK_THROW(response.inform(200, {}), std::invalid_argument);
    response.send("a");
    BOOST_CHECK_THROW(response.inform(103, {}), gnet::Misuse);
  });
  BOOST_TEST(server.ask(last("/")) ==
             "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + ok("a", kClose));
  BOOST_TEST(server.ask("GET / HTTP/1.0\r\n\r\n") == ok("a", kClose));
}

BOOST_AUTO_TEST_SUITE_END()
