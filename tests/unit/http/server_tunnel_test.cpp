#include "gnet/http/server_tunnel.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/connect.h"
#include "gnet/io/stream.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"

BOOST_AUTO_TEST_SUITE(server_tunnel)

using namespace std::chrono_literals;
using gnet::ByteStream;
using gnet::Stream;
using gnet::http::Request;
using gnet::http::Response;
using test::eventually;

namespace {

using Handler = std::function<void(Request&, Response&)>;

struct Server {
  explicit Server(Handler handler, gnet::http::ServerOptions options = {})
      : factory(gnet::Endpoint::parse("tcp://127.0.0.1:0"), std::move(handler), options) {
    factory.start();
  }

  // A client that has sent this.
  Stream ask(std::string_view bytes) {
    Stream client = gnet::connect_stream(factory.local_endpoint());
    client.send_all(bytes);
    return client;
  }

  gnet::HTTPServerFactory factory;
};

std::string get(std::string_view fields, std::string_view version = "1.1") {
  return "GET /path HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) +
         "\r\n";
}
const std::string kUpgrade = get("Connection: keep-alive, Upgrade\r\nUpgrade: other, Echo\r\n");

std::string read_all(ByteStream& stream) {
  std::string all;
  char buffer[1024];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer, 20s)) {
    all.append(buffer, size);
  }
  return all;
}

std::string read_until(ByteStream& stream, std::string_view end) {
  std::string text;
  char c = 0;
  while (!text.ends_with(end) && stream.receive(&c, 1, 20s) == 1) text += c;
  return text;
}

void echo(Request&, Response& response) {
  ByteStream& stream = response.upgrade("echo");
  char buffer[4];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer)) {
    stream.send_all({buffer, size});
  }
}

bool is_switched(std::string_view head) {
  return head.starts_with("HTTP/1.1 101 Switching Protocols\r\n") &&
         head.find("\r\nConnection: Upgrade\r\n") != head.npos &&
         head.find("\r\nUpgrade: echo\r\n") != head.npos && head.find("Content-") == head.npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_takes_the_stream_and_what_came_behind_the_request) {
  Server server(echo);
  Stream client = server.ask(kUpgrade + "behind the head");
  BOOST_TEST(is_switched(read_until(client, "\r\n\r\n")));
  BOOST_TEST(read_until(client, "head") == "behind the head");
  client.send_all("and later");
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "and later");
}

BOOST_AUTO_TEST_CASE(answers_to_earlier_requests_leave_before_it) {
  Server server([](Request& request, Response& response) {
    if (request.headers().has(gnet::http::FieldName::upgrade)) return echo(request, response);
    response.send("first");
  });
  Stream client = server.ask(get("") + kUpgrade + "x");
  client.shutdown_send();
  const std::string all = read_all(client);
  const std::size_t at = all.find("\r\n\r\nfirst");
  BOOST_REQUIRE(at != all.npos);
  BOOST_TEST(is_switched(all.substr(at + 9)));
  BOOST_TEST(all.ends_with("\r\n\r\nx"));
}

BOOST_AUTO_TEST_CASE(the_answer_has_the_headers_of_the_response) {
  Server server([](Request&, Response& response) {
    response.set("X-Mine", "yes");
    static_cast<void>(response.upgrade("echo"));
    BOOST_TEST(response.started());
    BOOST_CHECK_THROW(response.send("too late"), gnet::Misuse);
    BOOST_CHECK_THROW(response.write("too late"), gnet::Misuse);
  });
  Stream client = server.ask(kUpgrade);
  const std::string all = read_all(client);
  BOOST_TEST(is_switched(all));
  BOOST_TEST(all.find("\r\nX-Mine: yes\r\n") != all.npos);
  BOOST_TEST(all.ends_with("\r\n\r\n"));  // and nothing behind it
}

BOOST_AUTO_TEST_CASE(nothing_behind_an_upgrade_is_taken_for_a_request) {
  int calls = 0;
  Server server([&](Request&, Response& response) {
    ++calls;
    static_cast<void>(response.upgrade("echo"));
  });
  Stream client = server.ask(kUpgrade + get("") + get(""));
  BOOST_TEST(is_switched(read_all(client)));
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(the_head_of_the_request_can_still_be_read) {
  std::string path;
  std::string value;
  Server server([&](Request& request, Response& response) {
    static_cast<void>(response.upgrade("echo"));
    path = request.path();
    value = request.header("x-mine").value_or("");
  });
  Stream client =
      server.ask(get("Connection: upgrade\r\nUpgrade: echo\r\nX-Mine: a value\r\n") + "behind");
  read_all(client);
  BOOST_TEST(path == "/path");
  BOOST_TEST(value == "a value");
}

BOOST_AUTO_TEST_CASE(what_nobody_asked_for_is_misuse) {
  int refused = 0;
  Server server([&](Request&, Response& response) {
    try {
      static_cast<void>(response.upgrade("echo"));
    } catch (const gnet::Misuse&) {
      ++refused;
    }
    response.send("as before");
  });
  const std::vector<std::string> requests = {
      get(""),
      get("Upgrade: echo\r\n"),
      get("Connection: upgrade\r\n"),
      get("Connection: upgrade\r\nUpgrade: websocket\r\n"),
      get("Connection: upgrade\r\nUpgrade: echo\r\n", "1.0"),
      get("Connection: upgrade\r\nUpgrade: echo\r\nContent-Length: 3\r\n") + "abc",
  };
  for (const std::string& request : requests) {
    Stream client = server.ask(request);
    BOOST_TEST(read_until(client, "as before").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  BOOST_TEST(refused == 6);
}

BOOST_AUTO_TEST_CASE(an_upgrade_after_a_head_is_misuse_and_one_after_a_body_is_not) {
  Server server([&](Request& request, Response& response) {
    const std::string body = request.read_all();
    if (body == "late") {
      response.write("a piece");
      BOOST_CHECK_THROW(static_cast<void>(response.upgrade("echo")), gnet::Misuse);
    } else {
      response.upgrade("echo").send_all(body);
    }
  });
  const std::string request = get("Connection: upgrade\r\nUpgrade: echo\r\nContent-Length: 4\r\n");
  Stream late = server.ask(request + "late");
  BOOST_TEST(read_until(late, "0\r\n\r\n").ends_with("a piece\r\n0\r\n\r\n"));
  Stream client = server.ask(request + "body");
  BOOST_TEST(read_all(client).ends_with("\r\n\r\nbody"));
}

BOOST_AUTO_TEST_CASE(an_upgrade_that_is_not_taken_leaves_http_as_it_is) {
  Server server([](Request&, Response& response) { response.send("no"); });
  Stream client = server.ask(kUpgrade + get("Connection: close\r\n"));
  const std::string all = read_all(client);
  BOOST_TEST(all.find("101") == all.npos);
  BOOST_TEST(all.find("\r\n\r\nnoHTTP/1.1 200") != all.npos);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_afterwards_resets_the_connection) {
  Server server([](Request&, Response& response) {
    static_cast<void>(response.upgrade("echo"));
    throw std::runtime_error("broken");
  });
  test::LogLines lines;
  Stream client = server.ask(kUpgrade);
  BOOST_CHECK_THROW(read_all(client), std::system_error);
  BOOST_TEST(lines.text().find("GET /path: broken") != std::string::npos);
}

// ---- the end of the server ----

BOOST_AUTO_TEST_CASE(the_time_for_an_answer_does_not_count_for_what_is_behind_it) {
  Server server(echo, {.request_timeout = 20ms});
  Stream client = server.ask(kUpgrade);
  read_until(client, "\r\n\r\n");
  gnet::sleep(50ms);
  client.send_all("still here");
  BOOST_TEST(read_until(client, "here") == "still here");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_quiet_stream) {
  Server server(echo);
  Stream client = server.ask(kUpgrade);
  read_until(client, "\r\n\r\n");
  server.factory.stop(20s);
  BOOST_TEST(read_all(client) == "");
}

BOOST_AUTO_TEST_CASE(a_stop_tells_who_wants_to_know_and_leaves_the_rest_to_it) {
  gnet::Event told;
  Server server([&](Request&, Response& response) {
    ByteStream& stream = response.upgrade("echo");
    response.on_drain([&] { told.set(); });
    told.wait();
    gnet::sleep(300ms);  // in which it is quiet
    stream.send_all("farewell");
    BOOST_TEST(read_all(stream) == "and you");
  });
  Stream client = server.ask(kUpgrade);
  read_until(client, "\r\n\r\n");
  BOOST_TEST(!told.is_set());
  auto stopping = gnet::spawn([&] { server.factory.stop(20s); });
  BOOST_TEST(read_until(client, "farewell") == "farewell");
  client.send_all("and you");
  client.shutdown_send();
  BOOST_TEST(read_all(client) == "");
  stopping.join();
}

BOOST_AUTO_TEST_CASE(who_comes_when_it_stops_already_is_told_at_once) {
  gnet::Event asked;
  gnet::Event go_on;
  bool told = false;
  Server server([&](Request&, Response& response) {
    asked.set();
    go_on.wait();
    static_cast<void>(response.upgrade("echo"));
    response.on_drain([&] { told = true; });
    BOOST_TEST(told);
  });
  Stream client = server.ask(kUpgrade);
  asked.wait();
  Stream idle = server.ask("");
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 2; }));
  auto stopping = gnet::spawn([&] { server.factory.stop(20s); });
  BOOST_TEST(read_all(idle) == "");
  go_on.set();
  BOOST_TEST(is_switched(read_all(client)));
  stopping.join();
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_after_its_handler_or_when_it_has_taken_it_back) {
  int told = 0;
  Server server([&](Request& request, Response& response) {
    response.on_drain([&] { ++told; });
    if (request.path() == "/path") response.on_drain({});
    response.send("done");
  });
  Stream client = server.ask(get("") + "GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(read_until(client, "done") != "");
  BOOST_TEST(read_until(client, "done") != "");
  server.factory.stop(20s);
  BOOST_TEST(told == 0);
}

BOOST_AUTO_TEST_SUITE_END()
