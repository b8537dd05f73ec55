#include "gnet/ws/web_socket_server.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/connect.h"
#include "gnet/io/stream.h"
#include "gnet/sync/event.h"
#include "tests/unit/eventually.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(web_socket_server)

using namespace std::chrono_literals;
using gnet::Stream;
using gnet::http::Request;
using gnet::http::Response;
using gnet::ws::AcceptOptions;
using gnet::ws::Opcode;
using gnet::ws::Role;
using gnet::ws::WebSocket;
using test::eventually;

namespace {

using Function = std::function<void(WebSocket&)>;

void echo(WebSocket& socket) {
  while (const auto message = socket.receive()) socket.send(*message);
}

struct Server {
  explicit Server(const Function& function = echo, AcceptOptions options = {})
      : factory(gnet::Endpoint::parse("tcp://127.0.0.1:0"),
                [function, options](Request& request, Response& response) {
                  gnet::ws::serve(request, response, function, options);
                }) {
    factory.start();
  }

  Stream ask(std::string_view bytes) {
    Stream client = gnet::connect_stream(factory.local_endpoint());
    client.send_all(bytes);
    return client;
  }

  gnet::HTTPServerFactory factory;
};

constexpr std::string_view kFields =
    "Host: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string get(std::string_view fields = kFields, std::string_view more = "",
                std::string_view start = "GET /chat HTTP/1.1") {
  std::string text(start);
  return text.append("\r\n").append(fields).append(more).append("\r\n");
}

std::string read_head(Stream& stream) {
  std::string text;
  char c = 0;
  while (!text.ends_with("\r\n\r\n") && stream.receive(&c, 1, 20s) == 1) text += c;
  return text;
}

std::string read_all(Stream& stream) {
  std::string all;
  char buffer[1024];
  while (const std::size_t size = stream.receive(buffer, sizeof buffer, 20s)) {
    all.append(buffer, size);
  }
  return all;
}

bool has(std::string_view head, std::string_view line) {
  return head.find("\r\n" + std::string(line) + "\r\n") != head.npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_becomes_a_web_socket) {
  Server server;
  Stream client = server.ask(get() + frame_to(Role::server, kText, "behind the head"));
  const std::string head = read_head(client);
  BOOST_TEST(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  BOOST_TEST(has(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  BOOST_TEST(has(head, "Upgrade: websocket"));
  BOOST_TEST(head.find("Sec-WebSocket-Protocol") == head.npos);
  client.send_all(frame_to(Role::server, kCloseFrame, closing(1000)));
  BOOST_TEST(read_by_hand(Role::server, read_all(client)) == "81 behind the head, 88 1000");
}

BOOST_AUTO_TEST_CASE(subprotocols_and_compression_are_agreed_on) {
  std::string agreed;
  Server server(
      [&](WebSocket& socket) {
        agreed = socket.subprotocol();
        BOOST_TEST(socket.deflate().has_value());
        socket.send(std::string(1000, 'x'));
      },
      {.subprotocols = {"chat.v2", "chat"}});
  Stream client =
      server.ask(get(kFields,
                     "Sec-WebSocket-Protocol: other, chat\r\nSec-WebSocket-Protocol: chat.v2\r\n"
                     "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
  const std::string head = read_head(client);
  BOOST_TEST(has(head, "Sec-WebSocket-Protocol: chat.v2"));
  BOOST_TEST(head.find("Sec-WebSocket-Extensions: permessage-deflate") != head.npos);
  client.send_all(frame_to(Role::server, kCloseFrame, closing(1000)));
  const std::string bytes = read_all(client);
  BOOST_TEST(static_cast<unsigned char>(bytes[0]) == (kText | kRsv1));
  BOOST_TEST(bytes.size() < 100U);
  BOOST_TEST(agreed == "chat.v2");

  Server plain([](WebSocket& socket) { BOOST_TEST(!socket.deflate()); },
               {.socket = {.deflate = {.enabled = false}}});
  Stream other = plain.ask(get(kFields, "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  BOOST_TEST(read_head(other).find("Sec-WebSocket-Extensions") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_subprotocol_may_have_a_long_name) {
  const std::string name = "a-subprotocol-with-a-name-that-is-longer-than-most-of-them-are";
  Server server([&](WebSocket& socket) { socket.send(socket.subprotocol()); },
                {.subprotocols = {"chat", name}});
  Stream client = server.ask(get(kFields, "Sec-WebSocket-Protocol: " + name + "\r\n"));
  BOOST_TEST(has(read_head(client), "Sec-WebSocket-Protocol: " + name));
  client.send_all(frame_to(Role::server, kCloseFrame, closing(1000)));
  BOOST_TEST(read_by_hand(Role::server, read_all(client)) == "81 " + name + ", 88 1000");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_for_a_web_socket_is_answered_and_http_goes_on) {
  int calls = 0;
  Server server([&](WebSocket&) { ++calls; });
  const auto answer = [&](const std::string& request) {
    Stream client = server.ask(request + get("Host: a\r\nConnection: close\r\n"));
    const std::string first = read_head(client);
    const std::string rest = read_all(client);
    BOOST_TEST(rest.find("HTTP/1.1 426 ") != rest.npos);  // of the second
    return first;
  };
  const std::string none = answer(get("Host: a\r\n"));
  BOOST_TEST(none.starts_with("HTTP/1.1 426 "));
  BOOST_TEST(has(none, "Upgrade: websocket"));
  BOOST_TEST(has(none, "Connection: Upgrade"));
  BOOST_TEST(has(none, "Sec-WebSocket-Version: 13"));

  std::string version(kFields);
  version.replace(version.find("13"), 2, "8");
  BOOST_TEST(has(answer(get(version)), "Sec-WebSocket-Version: 13"));

  const std::string post = answer(get(kFields, "Content-Length: 0\r\n", "POST / HTTP/1.1"));
  BOOST_TEST(post.starts_with("HTTP/1.1 405 "));
  BOOST_TEST(has(post, "Allow: GET"));

  std::string key(kFields);
  key.erase(key.find("Sec-WebSocket-Key"));
  BOOST_TEST(answer(get(key)).starts_with("HTTP/1.1 400 "));
  BOOST_TEST(answer(get(kFields, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
                 .starts_with("HTTP/1.1 400 "));
  BOOST_TEST(answer(get(kFields, "Content-Length: 3\r\n") + "abc").starts_with("HTTP/1.1 400 "));
  BOOST_TEST(calls == 0);

  Stream old = server.ask(get(kFields, "", "GET / HTTP/1.0"));
  BOOST_TEST(read_all(old).starts_with("HTTP/1.1 426 "));
}

BOOST_AUTO_TEST_CASE(pages_of_other_origins_are_refused) {
  const auto status = [](const AcceptOptions& options, std::string_view field) {
    Server server([](WebSocket&) {}, options);
    Stream client = server.ask(get(kFields, field));
    return read_head(client).substr(9, 3);
  };
  const AcceptOptions some{.origins = {"https://good.test", "http://localhost:8080"}};
  BOOST_TEST(status(some, "Origin: https://good.test\r\n") == "101");
  BOOST_TEST(status(some, "Origin: HTTPS://Good.test\r\n") == "101");
  BOOST_TEST(status(some, "Origin: http://localhost:8080\r\n") == "101");
  BOOST_TEST(status(some, "") == "101");
  BOOST_TEST(status(some, "Origin: http://good.test\r\n") == "403");
  BOOST_TEST(status(some, "Origin: https://good.test.evil.test\r\n") == "403");
  BOOST_TEST(status(some, "Origin: https://a.test\r\n") == "403");
  BOOST_TEST(status(some, "Origin: null\r\n") == "403");
  BOOST_TEST(status(some, "Origin: https://good.test\r\nOrigin: https://evil.test\r\n") == "403");
  const AcceptOptions same{.same_origin = true};
  BOOST_TEST(status(same, "Origin: https://evil.test\r\n") == "403");
  BOOST_TEST(status(same, "Origin: null\r\n") == "403");
  // It is its Host, but comes over the loopback: see is_rebound().
  BOOST_TEST(status(same, "Origin: https://a.test\r\n") == "403");
  AcceptOptions named = same;
  named.origins = {"https://a.test"};
  BOOST_TEST(status(named, "Origin: https://a.test\r\n") == "101");
  for (const std::string host : {"localhost:8080", "127.0.0.1", "[::1]:80"}) {
    Server server([](WebSocket&) {}, same);
    std::string fields(kFields);
    fields.replace(fields.find("a.test"), 6, host);
    Stream client = server.ask(get(fields, "Origin: http://" + host + "\r\n"));
    BOOST_TEST(read_head(client).substr(9, 3) == "101", host);
  }
  BOOST_TEST(status({}, "Origin: https://evil.test\r\n") == "101");
  for (const bool same_origin : {false, true}) {
    const AcceptOptions any{.origins = {"https://good.test", "*"}, .same_origin = same_origin};
    BOOST_TEST(status(any, "Origin: https://evil.test\r\n") == "101");
    BOOST_TEST(status(any, "Origin: null\r\n") == "101");
  }
}

BOOST_AUTO_TEST_CASE(a_function_that_returns_closes_and_one_that_throws_says_so) {
  test::LogLines lines;
  Server polite([](WebSocket& socket) { socket.send("bye"); });
  Stream first = polite.ask(get() + frame_to(Role::server, kCloseFrame, closing(1000)));
  read_head(first);
  BOOST_TEST(read_by_hand(Role::server, read_all(first)) == "81 bye, 88 1000");
  BOOST_TEST(lines.text() == "");

  Server broken([](WebSocket&) { throw std::runtime_error("broken"); });
  Stream second = broken.ask(get() + frame_to(Role::server, kCloseFrame, closing(1000)));
  read_head(second);
  BOOST_TEST(read_by_hand(Role::server, read_all(second)) == "88 1011");
  BOOST_TEST(lines.text() == "WebSocket /chat: broken\n");
}

BOOST_AUTO_TEST_CASE(that_a_client_has_gone_is_no_error) {
  test::LogLines lines;
  bool unwound = false;
  Server server([&](WebSocket& socket) {
    struct Unwound {
      ~Unwound() { flag = true; }
      bool& flag;
    } const here{unwound};
    for (;;) {
      socket.send("are you there?");
      gnet::sleep(1ms);
    }
  });
  {
    Stream client = server.ask(get());
    read_head(client);
  }
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  BOOST_TEST(unwound);
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_CASE(a_stop_of_the_server_closes_with_1001) {
  Server server;
  Stream client = server.ask(get() + frame_to(Role::server, kText, "x"));
  read_head(client);
  char buffer[3];
  client.receive(buffer, 3);
  auto stopping = gnet::spawn([&] { server.factory.stop(20s); });
  BOOST_TEST(client.receive(buffer, 2) == 2U);
  BOOST_TEST(static_cast<unsigned char>(buffer[0]) == kCloseFrame);
  client.send_all(frame_to(Role::server, kCloseFrame, closing(1001)));
  BOOST_TEST(read_all(client) == "\x03\xe9");
  stopping.join();
}

BOOST_AUTO_TEST_CASE(a_stop_of_the_server_does_not_wait_for_a_client_that_says_nothing) {
  Server server(echo, {.socket = {.close_timeout = 50ms}});
  Stream client = server.ask(get());
  read_head(client);
  server.factory.stop(20s);
  BOOST_TEST(read_by_hand(Role::server, read_all(client)) == "88 1001");
}

BOOST_AUTO_TEST_CASE(a_stop_of_the_server_finds_one_that_does_not_listen) {
  gnet::Event told;
  Server server(
      [&](WebSocket& socket) {
        while (socket.is_open()) gnet::sleep(1ms);
        told.set();
      },
      {.socket = {.close_timeout = 50ms}});
  Stream client = server.ask(get());
  read_head(client);
  server.factory.stop(20s);
  BOOST_TEST(told.is_set());
  BOOST_TEST(read_by_hand(Role::server, read_all(client)) == "88 1001");
}

BOOST_AUTO_TEST_CASE(an_idle_web_socket_holds_no_buffer) {
  Server server;
  Stream client = server.ask(get() + frame_to(Role::server, kText, "x"));
  read_head(client);
  char buffer[3];
  client.receive(buffer, 3);
  gnet::yield();
  // Whoever borrows one now gets the one that it gave back.
  gnet::detail::Scheduler& hub = gnet::detail::Scheduler::current();
  char* const first = hub.buffers().take();
  hub.buffers().give(first);
  client.send_all(frame_to(Role::server, kText, "y"));
  client.receive(buffer, 3);
  gnet::yield();
  char* const second = hub.buffers().take();
  BOOST_TEST((second == first));  // the addresses
  hub.buffers().give(second);
}

BOOST_AUTO_TEST_SUITE_END()
