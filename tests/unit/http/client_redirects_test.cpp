#include "gnet/http/client.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "tests/unit/http/client_servers.h"

BOOST_AUTO_TEST_SUITE(client_redirects)

using namespace test::http_client;

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

BOOST_AUTO_TEST_SUITE_END()
