#include "gnet/web/events.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <system_error>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/http/http_error.h"
#include "gnet/sync/event.h"
#include "gnet/web/app.h"
#include "tests/unit/eventually.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(events)

using namespace std::chrono_literals;
using gnet::web::App;
using gnet::web::EventOptions;
using gnet::web::EventSender;
using test::eventually;

namespace {

template <typename F>
gnet::HTTPServerFactory serving(F function, EventOptions options = {}) {
  App app;
  app.events("/", std::move(function), options);
  return {gnet::Endpoint::parse("tcp://127.0.0.1:0"), std::move(app)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(events_leave_as_they_are_sent) {
  gnet::Event seen;
  auto server = serving([&](EventSender& events) {
    events.send("one\ntwo");
    seen.wait();
    events.send({.data = "three", .event = "count", .id = "3"});
  });
  server.start();
  auto client = gnet::connect_stream(server.local_endpoint());
  client.send_all(test::last("/"));
  const std::string head = test::read_until(client, "\r\n\r\n");
  BOOST_TEST(head.find("Content-Type: text/event-stream\r\n") != head.npos);
  BOOST_TEST(head.find("Cache-Control: no-store\r\n") != head.npos);
  BOOST_TEST(test::read_until(client, "\n\n").find("data: one\ndata: two\n\n") !=
             std::string::npos);
  seen.set();
  const std::string rest = test::read_all(client);
  BOOST_TEST(rest.find("event: count\n") != rest.npos);
  BOOST_TEST(rest.find("id: 3\n") != rest.npos);
  BOOST_TEST(rest.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_again_says_what_it_has_seen) {
  App app;
  app.events("/", [](EventSender& events) { events.send("after " + events.last_id()); },
             {.retry = 1500ms});
  const auto answer = app.test({.headers = {{"Last-Event-ID", "17"}}});
  BOOST_TEST(answer.body == "retry: 1500\n\ndata: after 17\n\n");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_answer_at_once) {
  bool interrupted = false;
  gnet::Event began;
  auto server = serving([&](EventSender& events) {
    events.send("x");
    began.set();
    try {
      gnet::sleep(20s);
    } catch (const gnet::Interrupt&) {
      interrupted = true;
      throw;
    }
  });
  server.start();
  auto client = gnet::connect_stream(server.local_endpoint());
  client.send_all(test::get("/"));
  began.wait();
  BOOST_TEST(server.stop(10s) == 0U);
  BOOST_TEST(interrupted);
  BOOST_TEST(test::read_all(client).ends_with("0\r\n\r\n"));  // whole
}

BOOST_AUTO_TEST_CASE(the_function_ends_with_its_client) {
  bool ended = false;
  gnet::Event began;
  auto server = serving([&](EventSender&) {
    struct End {
      ~End() { flag = true; }
      bool& flag;
    } const end{ended};
    began.set();
    gnet::sleep(20s);
  });
  server.start();
  auto client = gnet::connect_stream(server.local_endpoint());
  client.send_all(test::get("/"));
  began.wait();
  client.abort();
  BOOST_TEST(eventually([&] { return ended; }));
}

BOOST_AUTO_TEST_CASE(comments_keep_the_connection_alive_and_do_not_mix_with_events) {
  gnet::Event enough;
  auto server = serving(
      [&](EventSender& events) {
        for (int i = 0; i < 200; ++i) {
          events.send(std::string(100, 'x'));
          gnet::sleep(50us);
        }
        enough.wait();
      },
      {.keep_alive = 1ms});
  server.start();
  auto client = gnet::connect_stream(server.local_endpoint());
  client.send_all("GET / HTTP/1.0\r\n\r\n");  // without chunks
  test::read_until(client, "\r\n\r\n");
  gnet::http::EventStreamReader reader;
  int count = 0;
  int comments = 0;
  std::string text;
  char buffer[512];
  while (count < 200 || comments < 2) {
    const std::size_t size = client.receive(buffer, sizeof buffer, 20s);
    BOOST_REQUIRE(size > 0U);
    std::string_view input(buffer, size);
    text.assign(input);
    for (std::size_t at = 0; (at = text.find("\n:", at)) != text.npos; ++at) ++comments;
    while (const auto event = reader.next(input)) {
      BOOST_REQUIRE(event->data == std::string(100, 'x'));
      ++count;
    }
  }
  enough.set();
}

BOOST_AUTO_TEST_CASE(what_the_function_throws_ends_the_answer_in_its_middle) {
  auto server = serving([&](EventSender& events) {
    events.send("x");
    throw std::runtime_error("broken");
  });
  server.start();
  auto client = gnet::connect_stream(server.local_endpoint());
  client.send_all(test::get("/"));
  BOOST_CHECK_THROW(test::read_all(client), std::system_error);
}

BOOST_AUTO_TEST_CASE(nothing_gets_a_line_into_the_stream) {
  App app;
  app.events("/", [](EventSender& events) {
    BOOST_CHECK_THROW(events.send({.data = "x", .event = "a\nb"}), std::invalid_argument);
    events.comment("one\ntwo");
  });
  BOOST_TEST(app.test({}).body == ": one\n: two\n\n");
  BOOST_TEST(app.test({.method = "HEAD"}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
