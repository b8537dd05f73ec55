#include "gnet/http/handler_test.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

#include "gnet/fiber/fiber.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

BOOST_AUTO_TEST_SUITE(handler_test)

using namespace std::chrono_literals;
using gnet::http::HTTPError;
using gnet::http::Request;
using gnet::http::Response;
using gnet::http::test_handler;

BOOST_AUTO_TEST_CASE(a_handler_sees_the_request_and_the_test_its_answer) {
  auto handler = [](Request& request, Response& response) {
    response.set("X-Host", *request.header("host")).status(201);
    response.send(std::string(request.method()) + " " + std::string(request.target()) + " " +
                  std::string(*request.header("X-A")) + " " + request.read_all());
  };
  const auto answer = test_handler(
      handler, {.method = "PUT", .target = "/x?y", .headers = {{"X-A", "1"}}, .body = "content"});
  BOOST_TEST(answer.status == 201);
  BOOST_TEST(answer.body == "PUT /x?y 1 content");
  BOOST_TEST(answer.headers.get("X-Host").value() == "test");
  BOOST_TEST(!answer.left);
  BOOST_TEST(answer.suspensions == 0U);
}

BOOST_AUTO_TEST_CASE(pieces_come_together_and_errors_are_answers) {
  auto pieces = [](Request& request, Response& response) {
    if (request.path() == "/error") throw HTTPError(418, "short");
    if (request.path() == "/fails") throw std::runtime_error("inside");
    response.write("one ");
    gnet::yield();
    response.write("two");
  };
  const auto answer = test_handler(pieces, {});
  BOOST_TEST(answer.body == "one two");
  BOOST_TEST(answer.suspensions == 1U);
  BOOST_TEST(test_handler(pieces, {.target = "/error"}).body == "short\n");
  BOOST_TEST(test_handler(pieces, {.target = "/fails"}).status == 500);
  BOOST_TEST(test_handler(pieces, {.method = "HEAD"}).body == "");
}

BOOST_AUTO_TEST_CASE(a_client_can_leave_wherever_the_handler_waits) {
  int held = 0;
  int finished = 0;
  auto handler = [&](Request&, Response& response) {
    struct Hold {
      explicit Hold(int& count) : count(count) { ++count; }
      ~Hold() { --count; }
      int& count;
    } const hold(held);
    for (int i = 0; i < 3; ++i) {
      gnet::sleep(1us);
      response.write("x");
    }
    ++finished;
  };
  std::size_t times = 0;
  for (std::size_t n = 1;; ++n) {
    const auto answer = test_handler(handler, {}, {.leave_at = n});
    BOOST_TEST(held == 0);
    if (!answer.left) {
      BOOST_TEST(answer.body == "xxx");
      BOOST_TEST(answer.suspensions == 3U);
      break;
    }
    BOOST_TEST(answer.status == 0);
    BOOST_TEST(answer.suspensions == n);
    ++times;
  }
  BOOST_TEST(times == 3U);
  BOOST_TEST(finished == 1);
}

BOOST_AUTO_TEST_CASE(the_limits_of_a_server_hold) {
  auto reads = [](Request& request, Response& response) { response.send(request.read_all()); };
  gnet::http::TestOptions options;
  options.server.body.body = 3;
  BOOST_TEST(test_handler(reads, {.method = "POST", .body = "four"}, options).status == 413);
  options.server.request_timeout = 1ms;
  auto sleeps = [](Request&, Response&) { gnet::sleep(20s); };
  BOOST_TEST(test_handler(sleeps, {}, options).status == 503);
  BOOST_CHECK_THROW((void)test_handler(reads, {.target = "no path"}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_test_that_is_killed_ends) {
  auto sleeps = [](Request&, Response&) { gnet::sleep(20s); };
  auto test = gnet::spawn([&] { (void)test_handler(sleeps, {}); });
  gnet::yield();
  test.kill();
  BOOST_TEST(test.dead());
}

BOOST_AUTO_TEST_SUITE_END()
