#include "gnet/ws/web_socket_client.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/http/client_error.h"
#include "gnet/http/http_error.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/io/stream.h"
#include "gnet/io/tls_stream.h"
#include "gnet/ws/handshake.h"
#include "gnet/ws/web_socket_server.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(web_socket_client)

using namespace std::chrono_literals;
using gnet::Stream;
using gnet::http::Request;
using gnet::http::Response;
using gnet::http::URL;
using gnet::ws::AcceptOptions;
using gnet::ws::ConnectOptions;
using gnet::ws::HandshakeError;
using gnet::ws::Role;
using gnet::ws::WebSocket;

namespace {

using Handler = std::function<void(Request&, Response&)>;

struct Server {
  explicit Server(Handler handler, std::string_view address = "tcp://127.0.0.1:0",
                  gnet::TCPServerOptions tcp = {})
      : factory(gnet::Endpoint::parse(address), std::move(handler), {}, std::move(tcp)) {
    factory.start();
  }
  [[nodiscard]] std::string url(std::string_view path = "/", std::string_view scheme = "ws") const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(factory.local_endpoint().port()) +
           std::string(path);
  }
  gnet::HTTPServerFactory factory;
};

void echo(WebSocket& socket) {
  while (const auto message = socket.receive()) socket.send(*message);
}

Handler echo_with(const AcceptOptions& options = {}) {
  return [options](Request& request, Response& response) {
    gnet::ws::serve(request, response, echo, options);
  };
}

void check_echo(WebSocket& socket) {
  const std::string long_text(100'000, 'x');
  for (const std::string& text : {std::string("hello"), std::string(), long_text}) {
    socket.send(text);
    const auto answer = socket.receive();
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->data == text));
  }
  socket.close();
  BOOST_TEST(socket.closed()->code == gnet::ws::kNormal);
  BOOST_TEST(socket.closed()->clean);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_url_becomes_a_web_socket) {
  Server server(echo_with());
  WebSocket socket = gnet::ws::connect(server.url());
  BOOST_TEST(socket.deflate().has_value());
  check_echo(socket);
}

BOOST_AUTO_TEST_CASE(without_compression_too) {
  Server server(echo_with());
  WebSocket socket = gnet::ws::connect(server.url(), {.socket = {.deflate = {.enabled = false}}});
  BOOST_TEST(!socket.deflate());
  check_echo(socket);
}

BOOST_AUTO_TEST_CASE(over_tls) {
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
  Server server(echo_with(), "tcp://127.0.0.1:0", std::move(tcp));
  ConnectOptions options;
  options.http.tls = gnet::TLSContext::client({.verify = false});
  WebSocket socket = gnet::ws::connect(server.url("/", "wss"), options);
  check_echo(socket);
}

BOOST_AUTO_TEST_CASE(through_a_unix_socket) {
  Server server(echo_with(), "abstract://gnet-test-web-socket-client");
  ConnectOptions options;
  options.http.connect_to = gnet::Endpoint::parse("abstract://gnet-test-web-socket-client");
  WebSocket socket = gnet::ws::connect("ws://a.test/", options);
  check_echo(socket);
}

BOOST_AUTO_TEST_CASE(subprotocols_and_headers_go_along) {
  std::string origin;
  Server server([&](Request& request, Response& response) {
    origin = request.header("Origin").value_or("(none)");
    gnet::ws::serve(request, response, echo, {.subprotocols = {"v2", "v1"}});
  });
  ConnectOptions options{.subprotocols = {"v1", "v2"}};
  options.headers.set("Origin", "https://a.test");
  WebSocket socket = gnet::ws::connect(server.url(), options);
  BOOST_TEST(socket.subprotocol() == "v2");
  BOOST_TEST(origin == "https://a.test");
}

BOOST_AUTO_TEST_CASE(what_comes_with_the_handshake_is_read_first) {
  auto [near, far] = Stream::make_pair();
  auto server = gnet::spawn([&far = far] {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && far.receive(&c, 1) == 1) head += c;
    const std::size_t at = head.find("Sec-WebSocket-Key: ") + 19;
    far.send_all(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
        gnet::ws::handshake_accept(head.substr(at, 24)) + "\r\n\r\n" +
        frame_to(Role::client, kText, "at once") +
        frame_to(Role::client, kCloseFrame, closing(1008, "not you")));
    return head;
  });
  WebSocket socket =
      gnet::ws::connect_on(gnet::AnyStream(std::move(near)), URL("ws://a.test:81/chat?x=1"));
  BOOST_TEST(socket.receive()->data == "at once");
  BOOST_TEST(!socket.receive());
  BOOST_TEST(socket.closed()->code == gnet::ws::kPolicyViolation);
  const std::string head = server.get();
  BOOST_TEST(head.starts_with("GET /chat?x=1 HTTP/1.1\r\n"));
  BOOST_TEST(head.find("\r\nHost: a.test:81\r\n") != head.npos);
  BOOST_TEST(head.find("\r\nSec-WebSocket-Version: 13\r\n") != head.npos);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_status_and_body) {
  Server server([](Request&, Response&) {
    throw gnet::http::HTTPError(403, "not for you").set("X-Mine", "yes");
  });
  BOOST_CHECK_EXCEPTION(
      (void)gnet::ws::connect(server.url("/private")), HandshakeError, [&](const auto& error) {
        BOOST_TEST(error.what() ==
                   server.url("/private") + ": the server refused the WebSocket: 403 Forbidden");
        BOOST_TEST(error.body() == "not for you\n");
        BOOST_TEST(error.headers().get("X-Mine").value_or("") == "yes");
        return error.status() == 403;
      });
  Server plain([](Request&, Response& response) { response.send("no WebSocket here"); });
  BOOST_CHECK_EXCEPTION((void)gnet::ws::connect(plain.url()), HandshakeError,
                        [](const auto& error) { return error.status() == 200; });
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_wrong_is_refused) {
  const auto failure = [](std::string_view fields) {
    Server server([fields](Request&, Response& response) {
      if (!fields.empty()) response.set("Sec-WebSocket-Accept", fields);
      static_cast<void>(response.upgrade("websocket"));
    });
    try {
      static_cast<void>(gnet::ws::connect(server.url()));
    } catch (const HandshakeError& error) {
      BOOST_TEST(error.status() == 101);
      return std::string(error.what()).substr(server.url().size());
    }
    return std::string("none");
  };
  BOOST_TEST(failure("") == ": the server sent no Sec-WebSocket-Accept");
  BOOST_TEST(failure("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") ==
             ": the server's Sec-WebSocket-Accept is not that of the key");
}

BOOST_AUTO_TEST_CASE(nobody_there_and_nobody_who_answers) {
  BOOST_CHECK_EXCEPTION(
      (void)gnet::ws::connect("ws://127.0.0.1:1/"), gnet::http::ClientError,
      [](const auto& error) { return error.failure() == gnet::http::ClientFailure::connect; });
  auto [near, far] = Stream::make_pair();
  BOOST_CHECK_EXCEPTION((void)gnet::ws::connect_on(gnet::AnyStream(std::move(near)),
                                                   URL("ws://a.test/"), {.timeout = 20ms}),
                        gnet::http::ClientError, [](const auto& error) {
                          return error.failure() == gnet::http::ClientFailure::timeout;
                        });
}

// ---- again and again ----

BOOST_AUTO_TEST_CASE(a_connection_that_ends_is_made_again) {
  int connections = 0;
  std::vector<std::string> first;
  Server server([&](Request& request, Response& response) {
    gnet::ws::serve(request, response, [&](WebSocket& socket) {
      ++connections;
      const auto message = socket.receive();
      if (message) first.emplace_back(message->data);
      if (connections < 3) return socket.close(4000, "again");
      echo(socket);
    });
  });
  std::vector<std::string> announced;
  gnet::ws::keep_connected(
      server.url(),
      [&](WebSocket& socket) {
        if (connections < 3) {
          while (socket.receive()) {
          }
          return;
        }
        socket.send("last");
        BOOST_TEST(socket.receive()->data == "last");
      },
      {.delays = gnet::RetryPolicy::fixed(1ms),
       .first_message = "it is me",
       .announce = [&](unsigned attempt, gnet::Duration, std::string_view reason) {
         announced.push_back(std::to_string(attempt) + ' ' + std::string(reason));
       }});
  BOOST_TEST(connections == 3);
  BOOST_TEST(first == std::vector<std::string>(3, "it is me"), boost::test_tools::per_element());
  BOOST_TEST(announced == (std::vector<std::string>{"1 closed 4000 again", "2 closed 4000 again"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_no_other_try_mends_ends_it_at_once_and_what_one_might_does_not) {
  int requests = 0;
  int status = 403;
  Server server([&](Request&, Response&) {
    ++requests;
    throw gnet::http::HTTPError(status, "no");
  });
  gnet::RetryPolicy twice = gnet::RetryPolicy::fixed(1ms);
  twice.max_retries = 2;
  const auto run = [&] {
    gnet::ws::keep_connected(server.url(), [](WebSocket&) {}, {.delays = twice});
  };
  BOOST_CHECK_THROW(run(), HandshakeError);
  BOOST_TEST(requests == 1);
  status = 503;
  BOOST_CHECK_THROW(run(), HandshakeError);
  BOOST_TEST(requests == 1 + 2);
}

BOOST_AUTO_TEST_CASE(what_the_function_throws_ends_it) {
  Server server(echo_with());
  BOOST_CHECK_THROW(gnet::ws::keep_connected(server.url(), [](WebSocket&) { throw test::Oops(1); }),
                    test::Oops);
}

BOOST_AUTO_TEST_SUITE_END()
