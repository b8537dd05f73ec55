#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gnet/fiber/fiber.h"
#include "gnet/fiber/timeout.h"
#include "gnet/http/content_encoder.h"
#include "gnet/http/cookie_jar.h"
#include "gnet/http/http_server_factory.h"
#include "gnet/io/certificate.h"
#include "gnet/io/listener.h"
#include "gnet/io/pump.h"
#include "gnet/io/resolver.h"
#include "gnet/protocol/stream_server.h"
#include "tests/unit/eventually.h"

using namespace std::chrono_literals;
using namespace std::string_literals;
using gnet::http::Client;
using gnet::http::ClientError;
using gnet::http::ClientFailure;
using gnet::http::ClientOptions;
using gnet::http::ClientRequest;
using gnet::http::ClientResponse;
using gnet::http::CookieJar;
using gnet::http::Request;
using gnet::http::Response;
using gnet::http::URL;
using test::eventually;

namespace {

using Handler = std::function<void(Request&, Response&)>;

struct Server {
  explicit Server(Handler handler, gnet::http::ServerOptions options = {},
                  gnet::TCPServerOptions tcp = {}, std::string_view at = "tcp://127.0.0.1:0")
      : factory(gnet::Endpoint::parse(at), counted(std::move(handler)), options, std::move(tcp)) {
    factory.start();
  }

  gnet::http::Handler counted(Handler handler) {
    return [this, handler = std::move(handler)](Request& request, Response& response) {
      ++requests;
      handler(request, response);
    };
  }
  [[nodiscard]] std::size_t connections() { return factory.counters().accepted; }
  [[nodiscard]] std::uint16_t port() { return factory.local_endpoint().port(); }
  [[nodiscard]] std::string url(std::string_view path, std::string_view scheme = "http") {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }

  int requests = 0;
  gnet::HTTPServerFactory factory;
};

std::string text(std::optional<std::string_view> field) {
  return std::string(field.value_or("-"));
}

// Says what it was asked for.
void tell(Request& request, Response& response) {
  std::string out = std::string(request.method()) + " " + std::string(request.target());
  for (const auto* name : {"authorization", "cookie", "proxy-authorization", "content-type"}) {
    if (const auto value = request.header(name))
      out += "\n" + std::string(name) + ": " + text(value);
  }
  const std::string body = request.read_all();
  if (!body.empty()) out += "\n\n" + body;
  response.send(out);
}

// A server that says on its connections, one after the other, what it is told to.
struct Script {
  explicit Script(std::vector<std::function<void(gnet::Stream&)>> scenes)
      : scenes(std::move(scenes)), listener(gnet::Listener("tcp://127.0.0.1:0")) {
    fiber = gnet::spawn([this] {
      for (const auto& scene : this->scenes) {
        gnet::Stream stream(listener.accept().fd);
        ++connections;
        scene(stream);
      }
      gnet::sleep(30s);
    });
  }
  ~Script() { fiber.kill(); }
  [[nodiscard]] std::string url(std::string_view path = "/") {
    return "http://127.0.0.1:" + std::to_string(listener.local_endpoint().port()) +
           std::string(path);
  }

  std::vector<std::function<void(gnet::Stream&)>> scenes;
  gnet::Listener listener;
  int connections = 0;
  gnet::Fiber<> fiber;
};

std::string read_until(gnet::ByteStream& stream, std::string_view end) {
  std::string got;
  char c = 0;
  while (!got.ends_with(end) && stream.receive(&c, 1, 20s) == 1) got += c;
  return got;
}
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

auto answering(std::string answer) {
  return [answer = std::move(answer)](gnet::Stream& stream) {
    read_until(stream, "\r\n\r\n");
    stream.send_all(answer);
  };
}

ClientFailure failure(Client& client, ClientRequest request, std::string* what = nullptr) {
  try {
    static_cast<void>(client.request(std::move(request)).read_all());
  } catch (const ClientError& error) {
    if (what != nullptr) *what = error.what();
    return error.failure();
  }
  throw std::runtime_error("nothing went wrong");
}
ClientFailure failure(Client& client, std::string_view url, std::string* what = nullptr) {
  return failure(client, ClientRequest{.url = URL(url)}, what);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client)

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

// ---- compressed answers ----

namespace {

std::string compressed(std::string_view text, std::string_view coding) {
  gnet::http::ContentEncoder encoder(*gnet::http::parse_content_coding(coding));
  std::string out;
  encoder.append(out, text, gnet::http::ContentEncoder::Then::finish);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_compressed_answer_is_decoded) {
  const std::string large(500'000, 'x');
  Server server([&](Request& request, Response& response) {
    const std::string coding(request.path().substr(1));
    response.set("Content-Encoding", coding).send(compressed("hello, " + large, coding));
  });
  Client client;
  for (const auto* coding : {"gzip", "deflate", "br", "zstd"}) {
    ClientResponse response = client.get(server.url("/"s + coding));
    BOOST_TEST(response.is_decoded());
    BOOST_TEST((response.read_all() == "hello, " + large));
    BOOST_TEST(response.received() < 10'000);
    BOOST_TEST(response.read_some() == "");
  }
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_the_caller_asked_for_is_not) {
  Server server([](Request&, Response& response) {
    response.set("Content-Encoding", "gzip").send("not decoded");
  });
  Client client;
  for (const auto* field : {"Accept-Encoding", "Range"}) {
    ClientResponse response =
        client.request({.url = URL(server.url("/")), .headers = {{field, "x"}}});
    BOOST_TEST(!response.is_decoded());
    BOOST_TEST(response.read_all() == "not decoded");
  }
  BOOST_TEST(Client({.decompress = false}).get(server.url("/")).read_all() == "not decoded");
  BOOST_TEST(client.head(server.url("/")).read_all() == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decoded_is_an_error) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/unknown") response.set("Content-Encoding", "x-mine");
    if (request.path() == "/damaged") response.set("Content-Encoding", "gzip");
    if (request.path() == "/cut") {
      const std::string whole = compressed("hello", "gzip");
      return response.set("Content-Encoding", "gzip").send(whole.substr(0, whole.size() - 3));
    }
    response.send("hello");
  });
  Client client;
  for (const auto* path : {"/unknown", "/damaged", "/cut"}) {
    BOOST_TEST((failure(client, server.url(path)) == ClientFailure::protocol));
  }
}

BOOST_AUTO_TEST_CASE(a_few_bytes_do_not_become_gigabytes) {
  Server server([](Request&, Response& response) {
    response.set("Content-Encoding", "gzip").send(compressed(std::string(4'000'000, 'x'), "gzip"));
  });
  ClientOptions options;
  options.decoded.output = 1'000'000;
  Client client(options);
  BOOST_TEST((failure(client, server.url("/")) == ClientFailure::limit));
}

// ---- connections that stay ----

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

// ---- redirects ----

BOOST_AUTO_TEST_CASE(redirects_are_followed_and_told) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/end") return tell(request, response);
    response.status(302).set("Location", request.path() == "/a" ? "/b?x" : "/end").send("moved");
  });
  Client client;
  ClientResponse response = client.get(server.url("/a"));
  BOOST_TEST(response.read_all() == "GET /end");
  BOOST_REQUIRE(response.redirects().size() == 2);
  BOOST_TEST(response.redirects()[0].status == 302);
  BOOST_TEST(response.redirects()[1].from.str() == server.url("/b?x"));
  BOOST_TEST(response.url().str() == server.url("/end"));
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_client_need_not_follow) {
  Server server([](Request&, Response& response) {
    response.status(302).set("Location", "/x").send("moved");
  });
  Client client({.max_redirects = 0});
  ClientResponse response = client.get(server.url("/a"));
  BOOST_TEST(response.status() == 302);
  BOOST_TEST(response.read_all() == "moved");
}

BOOST_AUTO_TEST_CASE(a_loop_has_an_end) {
  Server server([](Request&, Response& response) {
    response.status(302).set("Location", "/x").send("moved");
  });
  Client client({.max_redirects = 3});
  std::string what;
  BOOST_TEST((failure(client, server.url("/x"), &what) == ClientFailure::protocol));
  BOOST_TEST(what == "GET " + server.url("/x") + ": more than 3 redirects");
  BOOST_TEST(server.requests == 4);
}

BOOST_AUTO_TEST_CASE(a_large_body_of_a_redirect_is_not_waited_for) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/end") return response.send("end");
    response.status(302).set("Location", "/end").send(std::string(3'000'000, 'x'));
  });
  Client client;
  BOOST_TEST(client.get(server.url("/a")).read_all() == "end");
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(secrets_do_not_go_to_another_host) {
  Server other(tell);
  Server server([&](Request& request, Response& response) {
    const std::string to = request.path() == "/same" ? "/tell" : other.url("/tell");
    if (request.path() == "/tell") return tell(request, response);
    response.status(307).set("Location", to).send("");
  });
  Client client;
  const auto ask = [&](std::string_view path) {
    return client
        .request({.url = URL(server.url(path)),
                  .headers = {{"Authorization", "Basic x"}, {"Cookie", "a=1"}}})
        .read_all();
  };
  BOOST_TEST(ask("/same") == "GET /tell\nauthorization: Basic x\ncookie: a=1");
  BOOST_TEST(ask("/other") == "GET /tell");
  std::string url = server.url("/other");
  url.insert(7, "ada:x@");
  BOOST_TEST(client.get(url).read_all() == "GET /tell");
}

BOOST_AUTO_TEST_CASE(a_body_is_sent_again_where_it_can_be) {
  Server server([](Request& request, Response& response) {
    if (request.path() == "/end") return tell(request, response);
    static_cast<void>(request.read_all());
    response.status(307).set("Location", "/end").send("");
  });
  Client client;
  BOOST_TEST(client.post(server.url("/"), "text", "a/b").read_all() ==
             "POST /end\ncontent-type: a/b\n\ntext");

  std::size_t next = 0;
  int rewinds = 0;
  const auto upload = [&](bool rewindable) {
    next = 0;
    ClientRequest request{.method = "PUT", .url = URL(server.url("/"))};
    request.source = [&]() -> std::string_view { return next++ == 0 ? "once" : ""; };
    if (rewindable) {
      request.rewind = [&] {
        next = 0;
        ++rewinds;
      };
    }
    return request;
  };
  BOOST_TEST(client.request(upload(true)).read_all() == "PUT /end\n\nonce");
  BOOST_TEST(rewinds == 1);
  BOOST_TEST(client.request(upload(false)).status() == 307);
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

// ---- trying again ----

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
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(response.read_all()), ClientError,
      [](const ClientError& error) { return error.failure() == ClientFailure::timeout; });
  Client patient;
  BOOST_TEST(
      (failure(patient, {.url = URL(server.url("/")), .timeout = 5ms}) == ClientFailure::timeout));
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

// ---- proxies ----

namespace {

// Passes connections through, and answers what is asked of itself.
struct Proxy {
  explicit Proxy(std::string answer = "HTTP/1.1 200 Yes\r\n\r\n")
      : server("tcp://127.0.0.1:0", [this, answer](gnet::AnyStream& stream, const gnet::Endpoint&) {
          heads.push_back(read_until(stream, "\r\n\r\n"));
          const std::string& head = heads.back();
          if (!head.starts_with("CONNECT ")) return stream.send_all(kOk);
          stream.send_all(answer);
          if (answer.find(" 200 ") == answer.npos) return;
          gnet::AnyStream there = gnet::connect(head.substr(8, head.find(" HTTP") - 8));
          static_cast<void>(gnet::pump(stream, there));
        }) {
    server.start();
  }
  [[nodiscard]] URL url(std::string_view user = "") {
    return URL("http://" + std::string(user) +
               "127.0.0.1:" + std::to_string(server.local_endpoint().port()));
  }

  std::vector<std::string> heads;
  gnet::StreamServer server;
};

ClientOptions through(Proxy& proxy, std::string_view user = "") {
  ClientOptions options{.tls = gnet::TLSContext::client({.verify = false})};
  options.proxy.http = options.proxy.https = proxy.url(user);
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_the_whole_URL) {
  Proxy proxy;
  Client client(through(proxy, "ada:x@"));
  BOOST_TEST(client.get("http://u:p@a.invalid/x?y").read_all() == "hello");
  BOOST_REQUIRE(proxy.heads.size() == 1);
  const std::string& head = proxy.heads[0];
  BOOST_TEST(head.starts_with("GET http://a.invalid/x?y HTTP/1.1\r\nHost: a.invalid\r\n"));
  BOOST_TEST(head.find("Proxy-Authorization: Basic YWRhOng=\r\n") != head.npos);
  BOOST_TEST(head.find("\r\nAuthorization: Basic dTpw\r\n") != head.npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_gives_way_to_TLS) {
  gnet::TCPServerOptions tcp;
  tcp.tls = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
  Server server(tell, {}, tcp);
  Proxy proxy;
  Client client(through(proxy, "ada:x@"));
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(client
                   .request({.url = URL(server.url("/x", "https")),
                             .headers = {{"Proxy-Authorization", "Basic mine"}}})
                   .read_all() == "GET /x");
  }
  BOOST_REQUIRE(proxy.heads.size() == 1);
  const std::string where = "127.0.0.1:" + std::to_string(server.port());
  BOOST_TEST(proxy.heads[0] == "CONNECT " + where + " HTTP/1.1\r\nHost: " + where +
                                   "\r\nUser-Agent: gnet\r\n"
                                   "Proxy-Authorization: Basic YWRhOng=\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(and_to_upgrades) {
  Script script(
      {answering("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                 "Upgrade: x\r\n\r\n")});
  Proxy proxy;
  Client client(through(proxy));
  BOOST_TEST(client.request({.url = URL(script.url()), .headers = {{"Upgrade", "x"}}}).status() ==
             101);
  BOOST_TEST(proxy.heads[0].starts_with("CONNECT 127.0.0.1:"));
}

BOOST_AUTO_TEST_CASE(a_proxy_may_refuse) {
  Proxy proxy("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  Client client(through(proxy));
  std::string what;
  BOOST_TEST((failure(client, "https://a.invalid/", &what) == ClientFailure::protocol));
  BOOST_TEST(what == "GET https://a.invalid/: proxy " + proxy.url().authority() +
                         " refuses: 407 Proxy Authentication Required");
  Proxy chatty("HTTP/1.1 200 Yes\r\n\r\nhello");
  Client other(through(chatty));
  BOOST_TEST((failure(other, "https://a.invalid/") == ClientFailure::tls));  // it is no TLS
}

BOOST_AUTO_TEST_CASE(some_hosts_have_no_proxy) {
  Server server(tell);
  Proxy proxy;
  ClientOptions options = through(proxy, "ada:x@");
  options.proxy.except = "127.0.0.1";
  Client client(options);
  BOOST_TEST(client.get(server.url("/x")).read_all() == "GET /x");
  BOOST_TEST(proxy.heads.empty());
}

BOOST_AUTO_TEST_SUITE_END()
