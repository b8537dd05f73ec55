#include "gnet/web/app.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gnet/http/http_server_factory.h"
#include "gnet/io/connect.h"
#include "gnet/ws/web_socket_server.h"
#include "tests/unit/fiber/support.h"
#include "tests/unit/http/http_server.h"

BOOST_AUTO_TEST_SUITE(app)

using namespace std::string_literals;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;
using gnet::web::App;
using gnet::web::Next;

namespace {

struct Server {
  explicit Server(App app) : factory(gnet::Endpoint::parse("tcp://127.0.0.1:0"), std::move(app)) {
    factory.start();
  }

  // The whole answer to one request on a connection of its own.
  std::string ask(std::string_view line, std::string_view fields = {}) {
    gnet::Stream stream = gnet::connect_stream(factory.local_endpoint());
    stream.send_all(std::string(line) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                    std::string(fields) + "\r\n");
    std::string all;
    char buffer[4096];
    while (const std::size_t size =
               stream.receive(buffer, sizeof buffer, gnet::Duration(5'000'000'000)))
      all.append(buffer, size);
    return all;
  }
  std::string body(std::string_view line) {
    const std::string all = ask(line);
    return all.substr(all.find("\r\n\r\n") + 4);
  }
  int status(std::string_view line, std::string_view fields = {}) {
    return std::stoi(ask(line, fields).substr(9, 3));
  }

  gnet::HTTPServerFactory factory;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_writes_its_response_or_returns_it) {
  App app;
  app.get("/text", [] { return "hello\n"; })
      .get("/string", [](Request& request) { return std::string(request.method()); })
      .get("/html", [] { return gnet::web::html("<p>"); })
      .get("/written", [](Request&, Response& response) { response.send("w", "x/y"); })
      .get("/both",
           [](Request&, Response& response) {
             response.set("X-A", "1");
             return "b";
           })
      .get("/json",
           [] {
             return boost::json::value{{"a", 1}};
           })
      .get("/document", [] { return gnet::web::json("[]", 201); })
      .get("/some", [] { return std::optional<std::string>("s"); })
      .get("/none", [] { return std::optional<std::string>(); })
      .get("/empty", [] { return gnet::web::empty(); })
      .get("/nothing", [] {});
  Server server(std::move(app));

  const std::string text = server.ask("GET /text");
  BOOST_TEST(has(text, "Content-Type: text/plain; charset=utf-8\r\n"));
  BOOST_TEST(text.ends_with("\r\n\r\nhello\n"));
  BOOST_TEST(server.body("GET /string") == "GET");
  BOOST_TEST(has(server.ask("GET /html"), "Content-Type: text/html; charset=utf-8\r\n"));
  BOOST_TEST(has(server.ask("GET /written"), "Content-Type: x/y\r\n"));
  BOOST_TEST(has(server.ask("GET /both"), "X-A: 1\r\n"));
  const std::string json = server.ask("GET /json");
  BOOST_TEST(has(json, "Content-Type: application/json\r\n"));
  BOOST_TEST(json.ends_with("{\"a\":1}"));
  BOOST_TEST(server.status("GET /document") == 201);
  BOOST_TEST(server.body("GET /some") == "s");
  BOOST_TEST(server.status("GET /none") == 404);
  BOOST_TEST(server.status("GET /empty") == 204);
  BOOST_TEST(has(server.ask("GET /nothing"), "Content-Length: 0\r\n"));
}

BOOST_AUTO_TEST_CASE(a_redirect_cannot_carry_another_field) {
  App app;
  app.get("/to", [] { return gnet::web::redirect("/there", 303); });
  app.get("/evil", [](Request& request) {
    return gnet::web::redirect(request.query_value("next").value_or(""));
  });
  Server server(std::move(app));
  const std::string answer = server.ask("GET /to");
  BOOST_TEST(has(answer, " 303 See Other\r\n"));
  BOOST_TEST(has(answer, "Location: /there\r\n"));
  BOOST_TEST(server.status("GET /evil?next=/x%0D%0ASet-Cookie:%20a=1") == 500);
  BOOST_CHECK_THROW((void)gnet::web::redirect("/", 200), std::invalid_argument);
  BOOST_CHECK_THROW((void)gnet::web::text("", 99), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(names_in_a_route_stand_for_segments) {
  App app;
  const auto show = [](Request& request) {
    return std::string(request.param("id")) + "|" + std::string(request.param("path")) + "|" +
           std::string(request.param("nosuch"));
  };
  app.get("/users/{id}", show)
      .get("/users/me", [] { return "me"; })
      .get("/users/{id}/posts", show)
      .get("/files/{path...}", show)
      .get("/files/special/one", [] { return "one"; });
  Server server(std::move(app));
  BOOST_TEST(server.body("GET /users/17") == "17||");
  BOOST_TEST(server.body("GET /users/a%20b%C3%A9") == "a b\xc3\xa9||");
  BOOST_TEST(server.body("GET /users/me") == "me");
  BOOST_TEST(server.body("GET //users///me") == "me");
  BOOST_TEST(server.body("GET /users/me/posts") == "me||");  // the literal one has no such page
  BOOST_TEST(server.status("GET /users/") == 404);
  BOOST_TEST(server.status("GET /users/17/") == 404);
  BOOST_TEST(server.body("GET /files/") == "||");
  BOOST_TEST(server.body("GET /files/a/b/c") == "|a/b/c|");
  BOOST_TEST(server.body("GET /files/special/one") == "one");
  BOOST_TEST(server.body("GET /files/special/two") == "|special/two|");
  BOOST_TEST(server.body("GET /files/a/") == "|a/|");
  BOOST_TEST(server.status("GET /files") == 404);
}

BOOST_AUTO_TEST_CASE(a_path_that_readers_could_take_differently_reaches_no_handler) {
  App app;
  app.get("/{path...}", [] { return "reached"; });
  Server server(std::move(app));
  for (const auto* path :
       {"/a/../b", "/%2e%2e/x", "/a%2Fb", "/a%5cb", "/a%00b", "/%zz", "/%c0%ae"}) {
    BOOST_TEST(server.status("GET "s + path) == 400, path);
  }
}

BOOST_AUTO_TEST_CASE(a_bad_route_is_refused_when_it_is_made) {
  App app;
  app.get("/a/{id}", [] {});
  for (const auto* bad : {"", "a", "/a//b", "/{", "/{}", "/{...}", "/{a...}/b", "/x{a}", "/{a{b}",
                          "/a/{other}", "/a/{id}"}) {
    BOOST_CHECK_THROW(app.get(bad, [] {}), std::invalid_argument);
  }
  BOOST_CHECK_NO_THROW(app.post("/a/{id}", [] {}));
}

BOOST_AUTO_TEST_CASE(methods_that_a_path_does_not_have_are_told) {
  App app;
  app.get("/x", [] { return "got"; })
      .post("/x", [] { return "posted"; })
      .route("PURGE", "/x", [] { return "purged"; })
      .any("/any", [](Request& request) { return std::string(request.method()); });
  Server server(std::move(app));
  BOOST_TEST(server.body("POST /x") == "posted");
  BOOST_TEST(server.body("PURGE /x") == "purged");
  const std::string refused = server.ask("DELETE /x");
  BOOST_TEST(has(refused, " 405 "));
  BOOST_TEST(has(refused, "Allow: GET, HEAD, POST, PURGE, OPTIONS\r\n"));
  const std::string options = server.ask("OPTIONS /x");
  BOOST_TEST(has(options, " 204 "));
  BOOST_TEST(has(options, "Allow: GET, HEAD, POST, PURGE, OPTIONS\r\n"));
  BOOST_TEST(server.status("OPTIONS *") == 204);
  BOOST_TEST(server.body("WHATEVER /any") == "WHATEVER");
  const std::string head = server.ask("HEAD /x");
  BOOST_TEST(has(head, "Content-Length: 3\r\n"));
  BOOST_TEST(head.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(middleware_stands_around_every_page_and_the_first_is_outermost) {
  App app;
  std::string order;
  app.use([&](Request&, Response& response, Next& next) {
    response.set("X-Frame-Options", "DENY");
    order += "(";
    next();
    order += ")";
  });
  app.use([&](Request& request, Response& response, Next& next) {
    order += "[";
    if (request.path() == "/private") return response.status(403).send("no");
    next();
    order += "]";
  });
  app.get("/", [&] {
    order += ".";
    return "page";
  });
  app.get("/private", [] { return "secret"; });
  Server server(std::move(app));
  BOOST_TEST(has(server.ask("GET /"), "X-Frame-Options: DENY\r\n"));
  BOOST_TEST(order == "([.])");
  BOOST_TEST(server.body("GET /private") == "no");
  const std::string missing = server.ask("GET /missing");
  BOOST_TEST(has(missing, " 404 "));
  BOOST_TEST(has(missing, "X-Frame-Options: DENY\r\n"));
}

BOOST_AUTO_TEST_CASE(error_pages_have_the_status_of_the_error) {
  App app;
  app.get("/fails", []() -> std::string { throw std::runtime_error("inside"); })
      .get("/forbidden",
           [](Request&, Response& response) {
             response.type("image/png").set("ETag", "\"1\"").set("X-Kept", "1");
             throw HTTPError(403, "not for you").set("X-Why", "because");
           })
      .get("/teapot", [] { throw HTTPError(418, "short and stout"); })
      .error(404,
             [](Request& request, const HTTPError&) {
               return gnet::web::html("no " + std::string(request.path()));
             })
      .error(418, [](Request&, const HTTPError&) -> std::string { throw std::logic_error("x"); })
      .error([](Request&, Response& response, const HTTPError& error) {
        response.send("all: "s + error.what(), "text/x");
      });
  Server server(std::move(app));
  const std::string missing = server.ask("GET /nowhere");
  BOOST_TEST(has(missing, " 404 Not Found\r\n"));
  BOOST_TEST(missing.ends_with("no /nowhere"));
  const std::string failed = server.ask("GET /fails");
  BOOST_TEST(has(failed, " 500 "));
  BOOST_TEST(failed.ends_with("all: Internal Server Error"));  // and nothing of what is inside
  const std::string forbidden = server.ask("GET /forbidden");
  BOOST_TEST(has(forbidden, " 403 "));
  BOOST_TEST(has(forbidden, "X-Kept: 1\r\n"));
  BOOST_TEST(has(forbidden, "X-Why: because\r\n"));
  BOOST_TEST(!has(forbidden, "ETag"));
  BOOST_TEST(forbidden.ends_with("all: not for you"));
  BOOST_TEST(server.body("GET /teapot") == "short and stout\n");
  BOOST_CHECK_THROW(App().error(200, [](Request&, const HTTPError&) { return ""; }),
                    std::invalid_argument);
}

// Opens it, and gives what comes for "hello".
std::string said_by(Server& server, const std::string& target) {
  gnet::Stream stream = gnet::connect_stream(server.factory.local_endpoint());
  stream.send_all(
      "GET " + target +
      " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  BOOST_TEST(has(test::read_until(stream, "\r\n\r\n"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  gnet::ws::WebSocket socket(stream, gnet::ws::Role::client);
  socket.send("hello");
  const std::string said(socket.receive().value().data);
  socket.close();
  return said;
}

BOOST_AUTO_TEST_CASE(a_websocket_is_a_function_too) {
  App app;
  app.websocket("/ws", [](gnet::ws::WebSocket& socket) {
    while (const auto message = socket.receive()) socket.send(*message);
  });
  app.websocket("/room/{name}", [](Request& request, gnet::ws::WebSocket& socket) {
    while (const auto message = socket.receive()) {
      socket.send(std::string(request.param("name")) + ":" + std::string(message->data));
    }
  });
  Server server(std::move(app));
  BOOST_TEST(said_by(server, "/ws") == "hello");
  BOOST_TEST(said_by(server, "/room/blue") == "blue:hello");
  BOOST_TEST(server.status("GET /ws") == 426);
}

BOOST_AUTO_TEST_CASE(a_request_is_answered_without_a_socket) {
  App app;
  app.get("/users/{id}", [](Request& request) { return std::string(request.param("id")); });
  const auto answer = app.test({.target = "/users/17"});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == "17");
  BOOST_TEST(app.test({.target = "/nothing"}).status == 404);
}

BOOST_AUTO_TEST_CASE(another_app_can_be_mounted) {
  App api;
  api.get("/", [] { return "root"; })
      .get("/items/{id}",
           [](Request& request) {
             return std::string(request.param("version")) + ":" + std::string(request.param("id"));
           })
      .error(404, [](Request&, const HTTPError&) { return "of the api"; });
  App app;
  app.mount("/api/{version}", std::move(api));
  app.mount("/raw", [](Request& request) { return "<" + std::string(*request.below()) + ">"; });
  Server server(std::move(app));
  BOOST_TEST(server.body("GET /api/v1") == "root");
  BOOST_TEST(server.body("GET /api/v1/") == "root");
  BOOST_TEST(server.body("GET /api/v1/items/7") == "v1:7");
  BOOST_TEST(server.body("GET /api/v1/nothing") == "of the api");
  BOOST_TEST(server.body("GET /raw") == "<>");
  BOOST_TEST(server.body("GET /raw/a%20b/") == "<a b/>");
  BOOST_TEST(server.status("GET /rawer") == 404);
}

BOOST_AUTO_TEST_SUITE_END()
