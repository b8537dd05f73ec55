#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "tests/unit/eventually.h"
#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client_retries)

using namespace test::http_client;
using test::eventually;

BOOST_AUTO_TEST_CASE(a_server_that_is_busy_is_asked_again) {
  int answers = 0;
  Server server([&](Request&, Response& response) {
    if (++answers < 3) return response.status(503).set("Retry-After", "0").send("busy");
    response.send("hello");
  });
  std::vector<std::string> told;
  ClientOptions options{.retry = {.delays = gnet::RetryPolicy::fixed(1ms)}};
  options.retry.announce = [&](unsigned attempt, gnet::Duration, std::string_view why) {
    told.push_back(std::to_string(attempt) + " " + std::string(why));
  };
  Client client(options);
  BOOST_TEST(client.get(server.url("/")).read_all() == "hello");
  BOOST_TEST(told ==
             (std::vector<std::string>{"1 503 Service Unavailable", "2 503 Service Unavailable"}));
  BOOST_TEST(server.connections() == 1);
  answers = 0;
  BOOST_TEST(client.post(server.url("/"), "x", "y").status() == 503);
}

BOOST_AUTO_TEST_CASE(only_so_often) {
  Server server([](Request&, Response& response) { response.status(429).send("busy"); });
  ClientOptions options{.retry = {.delays = gnet::RetryPolicy::fixed(1ms)}};
  options.retry.delays.max_retries = 2;
  Client client(options);
  ClientResponse response = client.get(server.url("/"));
  BOOST_TEST(response.status() == 429);
  BOOST_TEST(response.read_all() == "busy");
  BOOST_TEST(server.requests == 2);
}

BOOST_AUTO_TEST_CASE(one_that_wants_more_patience_than_there_is_has_said_its_last_word) {
  Server server([](Request&, Response& response) {
    response.status(503).set("Retry-After", "3600").send("busy");
  });
  Client client({.retry = {.delays = gnet::RetryPolicy::fixed(1ms)}});
  BOOST_TEST(client.get(server.url("/")).status() == 503);
  BOOST_TEST(server.requests == 1);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_yet_is_waited_for) {
  gnet::Listener place("tcp://127.0.0.1:0");
  const std::string at = place.local_endpoint().to_string();
  const std::string url = "http://127.0.0.1:" + std::to_string(place.local_endpoint().port()) + "/";
  place.close();
  ClientOptions options{.retry = {.delays = gnet::RetryPolicy::fixed(2ms)}};
  int tries = 0;
  options.retry.announce = [&](unsigned, gnet::Duration, std::string_view) { ++tries; };
  Client client(options);
  std::unique_ptr<Server> server;
  auto later = gnet::spawn([&] {
    eventually([&] { return tries > 2; });
    server =
        std::make_unique<Server>(tell, gnet::http::ServerOptions{}, gnet::TCPServerOptions{}, at);
  });
  BOOST_TEST(client.get(url).read_all() == "GET /");
  later.join();
  BOOST_TEST(tries > 2);
}

BOOST_AUTO_TEST_CASE(a_server_that_expects_nothing_gets_the_body_without_asking) {
  Script script({answering("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"),
                 [](gnet::Stream& stream) {
                   const std::string head = read_until(stream, "\r\n\r\n");
                   const bool expects = head.find("Expect") != head.npos;
                   read_until(stream, "!");
                   stream.send_all(expects ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : kOk);
                 }});
  Client client({.expect_above = 0});
  BOOST_TEST(client.post(script.url(), "body!", "a/b").read_all() == "hello");
}

BOOST_AUTO_TEST_SUITE_END()
