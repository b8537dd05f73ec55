#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

#include "tests/unit/eventually.h"
#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client_pool)

using namespace test::http_client;
using test::eventually;

BOOST_AUTO_TEST_CASE(requests_to_one_place_share_a_connection) {
  Server server(tell);
  Client client;
  BOOST_TEST(!client.get(server.url("/1")).timings().reused);
  for (int i = 0; i < 5; ++i) {
    ClientResponse response = client.get(server.url("/2"));
    BOOST_TEST(response.read_all() == "GET /2");
    BOOST_TEST(response.timings().reused == (i > 0));
  }
  BOOST_TEST(client.idle() == 1);
  BOOST_TEST(server.connections() == 2);  // the first body was not read
}

BOOST_AUTO_TEST_CASE(a_response_that_was_read_but_not_to_the_word_gives_its_connection_back) {
  Server server(tell);
  Client client;
  {
    ClientResponse response = client.get(server.url("/"));
    BOOST_TEST(response.read_some() == "GET /");
    BOOST_TEST(client.idle() == 0);
  }
  BOOST_TEST(client.idle() == 1);
}

BOOST_AUTO_TEST_CASE(a_response_may_outlive_its_client) {
  Server server(tell);
  auto client = std::make_unique<Client>();
  ClientResponse response = client->get(server.url("/"));
  client.reset();
  BOOST_TEST(response.read_all() == "GET /");
}

BOOST_AUTO_TEST_CASE(so_many_connections_stay) {
  Server server(tell);
  Client client({.idle_per_host = 2, .idle_in_all = 3});
  std::vector<ClientResponse> responses;
  for (int i = 0; i < 4; ++i) responses.push_back(client.get(server.url("/")));
  for (auto& response : responses) BOOST_TEST(response.read_all() == "GET /");
  BOOST_TEST(client.idle() == 2);
  Server other(tell);
  Server third(tell);
  BOOST_TEST(client.get(other.url("/")).read_all() == "GET /");
  BOOST_TEST(client.get(third.url("/")).read_all() == "GET /");
  BOOST_TEST(client.idle() == 3);
  client.close_idle();
  BOOST_TEST(client.idle() == 0);
}

BOOST_AUTO_TEST_CASE(and_not_for_ever) {
  Server server(tell);
  Client client({.idle_timeout = 5ms});
  BOOST_TEST(client.get(server.url("/")).read_all() == "GET /");
  BOOST_TEST(client.idle() == 1);
  BOOST_TEST(eventually([&] { return client.idle() == 0; }));
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_has_closed_is_not_used) {
  Server server(tell, {.idle_timeout = 5ms});
  Client client;
  BOOST_TEST(client.get(server.url("/")).read_all() == "GET /");
  BOOST_TEST(client.idle() == 1);
  BOOST_TEST(eventually([&] { return server.factory.counters().active == 0; }));
  // POST, which is not sent twice.
  BOOST_TEST(client.post(server.url("/"), "x", "y").read_all() == "POST /\ncontent-type: y\n\nx");
}

BOOST_AUTO_TEST_CASE(one_that_closes_at_the_same_moment_is_replaced_once) {
  Script script({[](gnet::Stream& stream) {
                   read_until(stream, "\r\n\r\n");
                   stream.send_all(kOk);
                   read_until(stream, "\r\n\r\n");  // and goes
                 },
                 answering(kOk)});
  Client client;
  BOOST_TEST(client.get(script.url()).read_all() == "hello");
  ClientResponse response = client.get(script.url());
  BOOST_TEST(response.read_all() == "hello");
  BOOST_TEST(!response.timings().reused);
  BOOST_TEST(script.connections == 2);
}

BOOST_AUTO_TEST_CASE(but_not_for_what_must_not_be_done_twice) {
  Script script({[](gnet::Stream& stream) {
                   read_until(stream, "\r\n\r\n");
                   stream.send_all(kOk);
                   read_until(stream, "\r\n\r\n");
                 },
                 answering(kOk)});
  Client client;
  BOOST_TEST(client.get(script.url()).read_all() == "hello");
  BOOST_TEST((failure(client, {.method = "POST", .url = URL(script.url()), .body = "x"}) ==
              ClientFailure::lost));
  BOOST_TEST(script.connections == 1);
}

BOOST_AUTO_TEST_CASE(nor_where_half_an_answer_has_come) {
  Script script({[](gnet::Stream& stream) {
                   read_until(stream, "\r\n\r\n");
                   stream.send_all(kOk);
                   read_until(stream, "\r\n\r\n");
                   stream.send_all("HTTP/1.1 ");
                 },
                 answering(kOk)});
  Client client;
  BOOST_TEST(client.get(script.url()).read_all() == "hello");
  BOOST_TEST((failure(client, script.url()) == ClientFailure::lost));
}

BOOST_AUTO_TEST_CASE(a_new_connection_that_is_lost_is_an_error) {
  Script script({[](gnet::Stream& stream) { read_until(stream, "\r\n\r\n"); }, answering(kOk)});
  Client client;
  std::string what;
  BOOST_TEST((failure(client, script.url(), &what) == ClientFailure::lost));
  BOOST_TEST(what ==
             "GET " + script.url() + ": the server closed the connection without an answer");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_short_is_an_error_each_time_it_is_asked_for) {
  Script script({answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")});
  Client client;
  ClientResponse response = client.get(script.url());
  BOOST_TEST(response.read_some() == "hello");
  for (int i = 0; i < 2; ++i) {
    BOOST_CHECK_THROW(static_cast<void>(response.read_some()), ClientError);
  }
  BOOST_TEST(response.received() == 5);
  BOOST_TEST(client.idle() == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_only_so_long) {
  Script script({answering(kOk)});
  Client client;
  BOOST_CHECK_EXCEPTION(static_cast<void>(client.get(script.url()).read_all(4)), ClientError,
                        [](const ClientError& error) {
                          return error.failure() == ClientFailure::limit &&
                                 error.reason() == "the answer is longer than 4 bytes"s;
                        });
}

BOOST_AUTO_TEST_SUITE_END()
