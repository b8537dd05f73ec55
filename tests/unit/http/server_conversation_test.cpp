#include "gnet/http/server_conversation.h"

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/nursery.h"
#include "gnet/http/exchange_observer.h"
#include "gnet/http/http_error.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(server_conversation)

using namespace std::chrono_literals;
using gnet::http::Exchange;
using gnet::http::Request;
using gnet::http::Response;
using test::eventually;
using test::get;
using test::HTTPServer;
using test::last;
using test::post;

namespace {

// A handler that waits, and how it came to its end.
struct Waiting {
  void operator()(Request&, Response& response) {
    began.set();
    try {
      gnet::sleep(20s);
    } catch (const gnet::Interrupt&) {
      cancelled.set();
      throw;
    }
    response.send("done");
  }
  gnet::Event began;
  gnet::Event cancelled;
};

// How often this thread has read from files.
std::uint64_t read_calls() {
  std::ifstream io("/proc/thread-self/io");
  for (std::string key, value; io >> key >> value;) {
    if (key == "syscr:") return std::stoull(value);
  }
  return 0;
}

struct Log : gnet::http::ExchangeObserver {
  struct Entry {
    std::string method;
    int status;
    std::uint64_t received;
    std::uint64_t sent;
    bool complete;
  };
  void exchange_ended(const Exchange& exchange) noexcept override {
    BOOST_TEST((exchange.lasted >= gnet::Duration::zero() && exchange.lasted < 20s));
    entries.push_back({exchange.request != nullptr ? std::string(exchange.request->method()) : "",
                       exchange.status, exchange.body_received, exchange.body_sent,
                       exchange.complete});
  }
  std::vector<Entry> entries;
};

}  // namespace

// ---- a client that leaves ----

BOOST_AUTO_TEST_CASE(a_handler_ends_when_its_client_resets_the_connection) {
  Waiting waiting;
  HTTPServer server(std::ref(waiting));
  auto client = server.connect();
  client.send_all(get("/"));
  waiting.began.wait();
  client.abort();
  BOOST_TEST(waiting.cancelled.wait(20s));
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
}

BOOST_AUTO_TEST_CASE(so_do_the_children_of_the_handler) {
  gnet::Event began;
  bool ended = false;
  HTTPServer server([&](Request&, Response&) {
    gnet::with_nursery([&](gnet::Nursery& nursery) {
      nursery.spawn([&] {
        struct End {
          ~End() { flag = true; }
          bool& flag;
        } const end{ended};
        began.set();
        gnet::sleep(20s);
      });
    });
  });
  auto client = server.connect();
  client.send_all(get("/"));
  began.wait();
  client.abort();
  BOOST_TEST(eventually([&] { return ended; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_only_ends_its_side_gets_its_answer) {
  HTTPServer server([&](Request&, Response& response) {
    gnet::sleep(20ms);
    response.send("late");
  });
  auto client = server.connect();
  client.send_all(last("/"));
  client.shutdown_send();
  BOOST_TEST(test::read_all(client) == test::ok("late", test::kClose));
}

BOOST_AUTO_TEST_CASE(unless_the_options_take_that_for_leaving) {
  Waiting waiting;
  HTTPServer server(std::ref(waiting), {.cancel_at_eof = true});
  auto client = server.connect();
  client.send_all(last("/"));
  waiting.began.wait();
  client.shutdown_send();
  BOOST_TEST(waiting.cancelled.wait(20s));
  BOOST_TEST(test::read_all(client) == "");
}

BOOST_AUTO_TEST_CASE(a_client_of_before_does_not_end_the_handler_of_the_next) {
  Waiting waiting;
  HTTPServer server([&](Request& request, Response& response) {
    if (request.path() == "/wait") return waiting(request, response);
    gnet::sleep(20ms);
    response.send("fine");
  });
  auto leaving = server.connect();
  leaving.send_all(get("/wait"));
  waiting.began.wait();
  leaving.abort();
  BOOST_TEST(server.ask(last("/")) == test::ok("fine", test::kClose));
  BOOST_TEST(waiting.cancelled.is_set());
}

BOOST_AUTO_TEST_CASE(of_requests_that_came_together_the_one_that_waits_is_ended_and_none_follows) {
  test::LogLines lines;
  Waiting waiting;
  int others = 0;
  {
    HTTPServer server([&](Request& request, Response& response) {
      if (request.path() == "/wait") return waiting(request, response);
      ++others;
      response.send("fine");
    });
    auto client = server.connect();
    client.send_all(get("/") + get("/") + get("/wait") + get("/"));
    waiting.began.wait();
    client.abort();
    BOOST_REQUIRE(waiting.cancelled.wait(20s));
    BOOST_REQUIRE(eventually([&] { return server.factory.counters().active == 0; }));
  }
  BOOST_TEST(others == 2);
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(a_handler_that_does_not_mind_its_end_hurts_nobody) {
  test::LogLines lines;
  gnet::Event began;
  {
    HTTPServer server([&](Request&, Response& response) {
      began.set();
      try {
        gnet::sleep(20s);
      } catch (const gnet::Interrupt&) {
        response.send("never mind");
      }
    });
    auto client = server.connect();
    client.send_all(get("/") + get("/"));
    began.wait();
    client.abort();
    BOOST_REQUIRE(eventually([&] { return server.factory.counters().active == 0; }));
  }
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(a_handler_that_was_cancelled_is_no_error_of_anybody) {
  test::LogLines lines;
  Waiting waiting;
  {
    HTTPServer server(std::ref(waiting));
    auto client = server.connect();
    client.send_all(get("/"));
    waiting.began.wait();
    client.abort();
    BOOST_REQUIRE(waiting.cancelled.wait(20s));
    BOOST_REQUIRE(eventually([&] { return server.factory.counters().active == 0; }));
  }
  BOOST_TEST(lines.text() == "");
}

// ---- a handler that takes too long ----

BOOST_AUTO_TEST_CASE(a_handler_has_as_long_as_the_options_say) {
  Waiting waiting;
  HTTPServer server(std::ref(waiting), {.request_timeout = 20ms});
  auto client = server.connect();
  client.send_all(get("/"));
  BOOST_TEST(test::status_of(test::read_all(client)) == "503");
  BOOST_TEST(waiting.cancelled.is_set());
}

BOOST_AUTO_TEST_CASE(one_that_has_begun_to_answer_is_cut_off) {
  HTTPServer server(
      [](Request&, Response& response) {
        response.write("half");
        gnet::sleep(20s);
      },
      {.request_timeout = 20ms});
  auto client = server.connect();
  client.send_all(get("/"));
  BOOST_CHECK_THROW(test::read_all(client), std::system_error);
}

BOOST_AUTO_TEST_CASE(each_request_has_its_own_time) {
  HTTPServer server(
      [](Request&, Response& response) {
        gnet::sleep(60ms);
        response.send("x");
      },
      {.request_timeout = 10s});
  BOOST_TEST(server.ask(get("/") + get("/") + last("/")) ==
             test::ok("x") + test::ok("x") + test::ok("x", test::kClose));
}

// ---- files ----

BOOST_AUTO_TEST_CASE(a_file_goes_to_the_socket_by_itself) {
  const gnet::UniqueFd file(memfd_create("file", MFD_CLOEXEC));
  const std::string content(4U << 20U, 'x');
  BOOST_REQUIRE(write(file.get(), content.data(), content.size()) ==
                static_cast<ssize_t>(content.size()));
  HTTPServer server(
      [&](Request&, Response& response) { response.send_file(file.get(), 0, content.size()); });
  const std::uint64_t before = read_calls();
  BOOST_TEST(server.ask(last("/")) == test::ok(content, test::kClose));
  BOOST_TEST(read_calls() - before < 60U);  // in pieces of 16 KiB it would be 256 times
}

// ---- what is told of a request ----

BOOST_AUTO_TEST_CASE(an_observer_hears_of_each_request_once) {
  Log log;
  HTTPServer server(
      [](Request& request, Response& response) {
        if (request.path() == "/gone") throw gnet::http::HTTPError(410, "gone");
        if (request.method() == "POST") (void)request.read_all();
        response.write("one");
        response.write("two");
      },
      {.observer = &log});
  server.ask(get("/") + post("Content-Length: 5\r\n", "hello") + last("/gone"));
  server.ask("NONSENSE\r\n\r\n");
  BOOST_REQUIRE(log.entries.size() == 4U);
  BOOST_TEST(log.entries[0].method == "GET");
  BOOST_TEST(log.entries[0].status == 200);
  BOOST_TEST(log.entries[0].sent == 6U);
  BOOST_TEST(log.entries[0].complete);
  BOOST_TEST(log.entries[1].received == 5U);
  BOOST_TEST(log.entries[2].status == 410);
  BOOST_TEST(log.entries[3].method == "");
  BOOST_TEST(log.entries[3].status == 400);
}

BOOST_AUTO_TEST_CASE(an_observer_hears_what_has_left_of_an_answer_that_was_cut_short) {
  Log log;
  const std::string body(64U << 20U, 'x');
  HTTPServer server([&](Request&, Response& response) { response.send(body); }, {.observer = &log});
  auto client = server.connect();
  client.send_all(get("/"));
  test::read_until(client, "\r\n\r\n");
  client.abort();
  BOOST_REQUIRE(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_REQUIRE(log.entries.size() == 1U);
  BOOST_TEST(!log.entries[0].complete);
  BOOST_TEST((log.entries[0].sent > 0U && log.entries[0].sent < body.size()));
}

BOOST_AUTO_TEST_CASE(a_client_that_trickles_has_timed_out) {
  // Ten seconds are given; here they are over: the rate is such that no byte is enough.
  HTTPServer server(test::echo_body, {.body_timeout = 20ms, .min_rate = 1U << 30U});
  auto client = server.connect();
  client.send_all("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  BOOST_TEST(test::status_of(test::read_all(client)) == "408");
}

BOOST_AUTO_TEST_CASE(an_observer_knows_what_was_not_completed) {
  Log log;
  gnet::Event began;
  HTTPServer server(
      [&](Request& request, Response& response) {
        if (request.path() == "/half") response.write("half");
        began.set();
        gnet::sleep(20s);
      },
      {.observer = &log});
  for (const char* path : {"/half", "/none"}) {
    began.clear();
    auto client = server.connect();
    client.send_all(get(path));
    began.wait();
    client.abort();
    BOOST_REQUIRE(eventually([&] { return server.factory.counters().active == 0; }));
  }
  BOOST_REQUIRE(log.entries.size() == 2U);
  BOOST_TEST(log.entries[0].status == 200);
  BOOST_TEST(log.entries[0].sent == 4U);
  BOOST_TEST(!log.entries[0].complete);
  BOOST_TEST(log.entries[1].status == 0);
  BOOST_TEST(!log.entries[1].complete);
}

BOOST_AUTO_TEST_SUITE_END()
