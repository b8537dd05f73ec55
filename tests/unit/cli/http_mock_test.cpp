#include "commands/http_mock.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "cli/out/failure.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(http_mock)

using commands::MockRoute;
using commands::parse_mock_route;

namespace {

// "GET /x 200 application/json {}"
std::string told(const MockRoute& route) {
  return (route.method.empty() ? "*" : route.method) + " " + route.path + " " +
         std::to_string(route.status) + " " + (route.type.empty() ? "-" : route.type) +
         (route.body.empty() ? "" : " " + route.body);
}

std::string told(std::string_view text) {
  try {
    return told(parse_mock_route(text));
  } catch (const cli::Failure& failure) {
    return failure.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_route_is_a_method_a_path_a_status_and_a_body) {
  BOOST_TEST(told("GET /v1/ping=200:{\"ok\":true}") ==
             "GET /v1/ping 200 application/json {\"ok\":true}");
  BOOST_TEST(told("DELETE /v1/x=204") == "DELETE /v1/x 204 -");
  BOOST_TEST(told("/x=200:hello") == "* /x 200 text/plain; charset=utf-8 hello");
  BOOST_TEST(told("* /x=404:") == "* /x 404 -");
  BOOST_TEST(told("M-SEARCH  /=200:[1]") == "M-SEARCH / 200 application/json [1]");
  BOOST_TEST(told("/x=500:<p>no") == "* /x 500 text/html; charset=utf-8 <p>no");
  BOOST_TEST(told("/a=b=200:c=300:d") == "* /a=b 200 text/plain; charset=utf-8 c=300:d");
  BOOST_TEST(told("/users/{name}=200:{\"user\":\"{name}\"}") ==
             "* /users/{name} 200 application/json {\"user\":\"{name}\"}");
}

BOOST_AUTO_TEST_CASE(what_is_no_route_is_told) {
  BOOST_TEST(told("GET x=200") == "bad route 'GET x=200': it has to be METHOD PATH=STATUS[:BODY]");
  BOOST_TEST(told("") == "bad route '': it has to be METHOD PATH=STATUS[:BODY]");
  BOOST_TEST(told("get /x=200") == "bad route 'get /x=200': its method is none");
  for (const std::string text : {"/x", "/x=", "/x=20", "/x=2000", "/x=100", "/x=600", "/x=200!"}) {
    BOOST_TEST(told(text) == "bad route '" + text + "': it has no =STATUS, from 200 to 599");
  }
}

BOOST_AUTO_TEST_CASE(a_body_may_be_in_a_file) {
  const test::TemporaryFile file("from a file");
  const std::string folder = file.name().substr(0, file.name().rfind('/'));
  const std::string name = file.name().substr(folder.size() + 1);
  BOOST_TEST(parse_mock_route("/x=200:@" + file.name()).body == "from a file");
  BOOST_TEST(parse_mock_route("/x=200:@" + name, folder).body == "from a file");
  BOOST_TEST(told("/x=200:@/nowhere/at.all") ==
             "cannot read /nowhere/at.all: no such file or directory");
}

BOOST_AUTO_TEST_CASE(a_file_has_a_route_a_line) {
  const test::TemporaryFile body("x");
  const std::string name = body.name().substr(body.name().rfind('/') + 1);
  const test::TemporaryFile file("# mine\n\nGET /a=200:1\r\n/b=201:@" + name + "\n");
  const auto routes = commands::read_mock_routes(file.name());
  BOOST_REQUIRE(routes.size() == 2U);
  BOOST_TEST(told(routes[0]) == "GET /a 200 text/plain; charset=utf-8 1");
  BOOST_TEST(routes[1].body == "x");
  const test::TemporaryFile wrong("/a=200\n/b\n");
  try {
    static_cast<void>(commands::read_mock_routes(wrong.name()));
    BOOST_FAIL("this is no file of routes");
  } catch (const cli::Failure& failure) {
    BOOST_TEST(failure.what() ==
               wrong.name() + ":2: bad route '/b': it has no =STATUS, from 200 to 599");
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_no_application_takes_is_an_error) {
  gnet::web::App app;
  add_mock_route(app, parse_mock_route("GET /x=200"));
  BOOST_CHECK_THROW(add_mock_route(app, parse_mock_route("GET /x=201")), cli::UsageError);
  BOOST_CHECK_THROW(add_mock_route(app, parse_mock_route("/{a=200")), cli::UsageError);
}

BOOST_AUTO_TEST_SUITE_END()
