#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "gnet/fiber/timeout.h"
#include "gnet/http/cookie_jar.h"
#include "gnet/io/certificate.h"
#include "gnet/io/resolver.h"
#include "tests/unit/eventually.h"
#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client)

using namespace test::http_client;
using gnet::http::CookieJar;
using test::eventually;

// ---- requests ----

BOOST_AUTO_TEST_CASE(a_client_gets_what_is_there) {
  Server server([](Request& request, Response& response) {
    response.status(201).set("X-Query", request.query()).send("hello\n", "text/plain");
  });
  Client client;
  ClientResponse response = client.get(server.url("/x?q=1"));
  BOOST_TEST(response.status() == 201);
  BOOST_TEST(response.reason() == "Created");
  BOOST_TEST(text(response.header("X-Query")) == "q=1");
  BOOST_TEST(response.read_all() == "hello\n");
  BOOST_TEST(response.read_all() == "");
  BOOST_TEST(response.received() == 6);
  BOOST_TEST(response.peer() == "127.0.0.1:" + std::to_string(server.port()));
  BOOST_TEST(response.url().str() == server.url("/x?q=1"));
}

BOOST_AUTO_TEST_CASE(it_says_who_it_is_and_what_it_takes) {
  Server server([](Request& request, Response& response) {
    response.send(text(request.header("host")) + " " + text(request.header("user-agent")) + " " +
                  text(request.header("accept")));
  });
  Client client;
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  BOOST_TEST(client.get(server.url("/")).read_all() == host + " gnet */*");
  BOOST_TEST(client
                 .request({.url = URL(server.url("/")),
                           .headers = {{"User-Agent", "x"}, {"Accept", "y"}, {"Host", "z"}}})
                 .read_all() == "z x y");
}

BOOST_AUTO_TEST_CASE(what_is_sent_can_be_seen_and_foreseen) {
  Server server(tell);
  std::string sent;
  ClientOptions options;
  options.on_request = [&](std::string_view head) { sent += head; };
  Client client(options);
  ClientRequest request{.method = "PUT", .url = URL(server.url("/x?y")), .body = "text"};
  const std::string expected =
      "PUT /x?y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
      "\r\nContent-Length: 4\r\nUser-Agent: gnet\r\nAccept: */*\r\n"
      "Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n";
  BOOST_TEST(client.head_of(request) == expected);
  BOOST_TEST(server.requests == 0);
  BOOST_TEST(client.request(std::move(request)).status() == 200);
  BOOST_TEST(sent == expected);
}

BOOST_AUTO_TEST_CASE(it_sends_bodies) {
  Server server(tell);
  Client client;
  BOOST_TEST(client.post(server.url("/x"), "{}", "application/json").read_all() ==
             "POST /x\ncontent-type: application/json\n\n{}");
  BOOST_TEST(client.head(server.url("/x")).read_all() == "");
}

BOOST_AUTO_TEST_CASE(it_streams_up_and_down) {
  Server server([](Request& request, Response& response) {
    for (auto piece = request.read_some(); !piece.empty(); piece = request.read_some()) {
      response.write(piece);
    }
  });
  Client client;
  const std::string piece(100'000, 'x');
  for (const bool sized : {true, false}) {
    int left = 40;
    ClientRequest request{.method = "POST", .url = URL(server.url("/"))};
    request.source = [&]() -> std::string_view {
      return left-- > 0 ? std::string_view(piece) : std::string_view();
    };
    if (sized) request.source_size = 4'000'000;
    ClientResponse response = client.request(std::move(request));
    std::size_t size = 0;
    for (auto got = response.read_some(); !got.empty(); got = response.read_some()) {
      size += got.size();
    }
    BOOST_TEST(size == 4'000'000U);
  }
}

BOOST_AUTO_TEST_CASE(a_user_in_the_URL_is_sent_and_not_told) {
  Server server(tell);
  Client client;
  std::string url = server.url("/x");
  url.insert(7, "ada:p%40ss@");
  BOOST_TEST(client.get(url).read_all() == "GET /x\nauthorization: Basic YWRhOnBAc3M=");
  std::string what;
  server.factory.stop();
  client.close_idle();
  BOOST_TEST((failure(client, url, &what) == ClientFailure::connect));
  BOOST_TEST(what == "GET " + server.url("/x") + ": cannot connect to tcp://127.0.0.1:" +
                         std::to_string(server.port()) + ": connection refused");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_not_sent) {
  Server server(tell);
  Client client;
  BOOST_CHECK_THROW(static_cast<void>(client.get("ftp://a.test/")), gnet::http::URLError);
  BOOST_CHECK_THROW(
      static_cast<void>(client.request({.method = "G ET", .url = URL(server.url("/"))})),
      std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(client.request(
                        {.url = URL(server.url("/")), .headers = {{"Content-Length", "5"}}})),
                    std::invalid_argument);
  BOOST_TEST(server.requests == 0);
}

// ---- cookies ----

BOOST_AUTO_TEST_CASE(a_jar_keeps_cookies_through_redirects) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/tell") return tell(request, response);
    response.status(302).set("Location", "/tell").add("Set-Cookie", "a=1; Path=/").send("");
  });
  CookieJar jar;
  Client client({.cookies = &jar});
  BOOST_TEST(client.get(server.url("/set")).read_all() == "GET /tell\ncookie: a=1");
  BOOST_TEST(client.request({.url = URL(server.url("/tell")), .headers = {{"Cookie", "b=2"}}})
                 .read_all() == "GET /tell\ncookie: b=2; a=1");
  BOOST_TEST(jar.cookies().size() == 1);
}

// ---- what goes wrong ----

BOOST_AUTO_TEST_CASE(each_step_has_its_error) {
  Client client({.connect_timeout = 2s, .head_timeout = 5ms});
  std::string what;
  BOOST_TEST((failure(client, "http://127.0.0.1:1/", &what) == ClientFailure::connect));
  BOOST_TEST(what ==
             "GET http://127.0.0.1:1/: cannot connect to tcp://127.0.0.1:1: "
             "connection refused");

  Script silent({[](gnet::Stream& stream) { read_until(stream, "never"); }});
  BOOST_TEST((failure(client, silent.url(), &what) == ClientFailure::timeout));
  BOOST_TEST(what == "GET " + silent.url() + ": no answer came within 5ms");

  Script garbage({answering("SSH-2.0-x\r\n\r\n")});
  BOOST_TEST((failure(client, garbage.url(), &what) == ClientFailure::protocol));
}

BOOST_AUTO_TEST_CASE(a_host_that_nobody_knows_is_its_own_error) {
  ClientOptions options;
  options.route = [](gnet::Endpoint&, gnet::ConnectOptions&) {
    throw gnet::ResolveError(make_error_code(std::errc::host_unreachable), "nowhere.invalid");
  };
  Client client(options);
  std::string what;
  BOOST_TEST((failure(client, "http://nowhere.invalid/", &what) == ClientFailure::resolve));
  BOOST_TEST(what.starts_with("GET http://nowhere.invalid/: cannot resolve 'nowhere.invalid'"));
}

BOOST_AUTO_TEST_CASE(all_of_it_has_a_limit) {
  Server server([](Request&, Response& response) {
    for (int i = 0; i < 10'000; ++i) {
      response.write("x");
      gnet::sleep(1ms);
    }
  });
  Client client({.timeout = 15ms});
  ClientResponse response = client.get(server.url("/"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(response.read_all()), ClientError,
                        [](const ClientError& error) {
                          return error.failure() == ClientFailure::timeout &&
                                 error.reason() == std::string("not done within 15ms");
                        });
  Client patient;
  std::string what;
  BOOST_TEST((failure(patient, {.url = URL(server.url("/")), .timeout = 5ms}, &what) ==
              ClientFailure::timeout));
  BOOST_TEST(what == "GET " + server.url("/") + ": not done within 5ms");
}

BOOST_AUTO_TEST_CASE(an_interrupted_request_closes_its_connection) {
  Server server([](Request&, Response&) { gnet::sleep(30s); });
  Client client;
  BOOST_TEST(!gnet::Timeout(5ms, gnet::silent).run([&] {
    static_cast<void>(client.get(server.url("/")));
  }));
  BOOST_TEST(client.idle() == 0);
}

// ---- other ways ----

BOOST_AUTO_TEST_CASE(a_unix_socket_may_be_where_a_URL_leads) {
  Server server(tell, {}, {}, "unix://@gnet-http-client-test");
  Client client({.connect_to = gnet::Endpoint::unix_path("@gnet-http-client-test")});
  BOOST_TEST(client.get("http://whoever.invalid/x").read_all() == "GET /x");
  BOOST_TEST(client.get("http://another.invalid/y").read_all() == "GET /y");
}

BOOST_AUTO_TEST_CASE(a_route_may_lead_elsewhere) {
  Server server(tell);
  ClientOptions options;
  int sockets = 0;
  options.route = [&](gnet::Endpoint& endpoint, gnet::ConnectOptions&) {
    BOOST_TEST(endpoint.to_string() == "tcp://whoever.invalid:80");
    endpoint = server.factory.local_endpoint();
  };
  options.set_up = [&](gnet::Socket&) { ++sockets; };
  Client client(options);
  BOOST_TEST(client.get("http://whoever.invalid/x").read_all() == "GET /x");
  BOOST_TEST(sockets == 1);
}

BOOST_AUTO_TEST_CASE(TLS_is_verified) {
  const auto identity = gnet::make_self_signed({.names = {"127.0.0.1"}});
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = identity});
  Server server(tell, {}, tcp);
  Client strict;
  std::string what;
  BOOST_TEST((failure(strict, server.url("/", "https"), &what) == ClientFailure::tls));
  BOOST_TEST(what.find("certificate") != what.npos);
  Client lax({.tls = gnet::TLSContext::client({.verify = false})});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(lax.get(server.url("/x", "https")).read_all() == "GET /x");
  }
  BOOST_TEST(lax.idle() == 1);
  Server plain(tell);
  BOOST_TEST((failure(lax, plain.url("/", "https")) == ClientFailure::tls));
}

BOOST_AUTO_TEST_CASE(an_upgrade_gives_the_stream) {
  Script script({[](gnet::Stream& stream) {
    const std::string head = read_until(stream, "\r\n\r\n");
    BOOST_TEST(head.find("Connection: upgrade\r\n") != head.npos);
    stream.send_all(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n"
        "\r\nfirst");
    stream.send_all(read_until(stream, "!"));
  }});
  Client client;
  ClientResponse response =
      client.request({.url = URL(script.url()), .headers = {{"Upgrade", "x"}}});
  BOOST_TEST(response.status() == 101);
  BOOST_TEST(response.read_some() == "");
  auto [stream, received] = response.take_stream();
  BOOST_TEST(received.starts_with("f"));
  stream.send_all("hi!");
  while (!received.ends_with('!')) received += read_until(stream, "!");
  BOOST_TEST(received == "firsthi!");
  BOOST_CHECK_THROW(static_cast<void>(response.take_stream()), gnet::Misuse);
}

BOOST_AUTO_TEST_SUITE_END()
