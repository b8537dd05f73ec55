#include "commands/http_echo_app.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "commands/request_recorder.h"
#include "gnet/os/file.h"
#include "tests/unit/io/temporary_file.h"

BOOST_AUTO_TEST_SUITE(http_echo_app)

using commands::HttpEchoSettings;
using commands::make_http_echo_app;
using gnet::http::TestAnswer;
using gnet::http::TestRequest;

BOOST_AUTO_TEST_CASE(a_client_may_leave_whenever_a_page_waits) {
  gnet::web::App app = make_http_echo_app({});
  for (const std::string target :
       {"/stream/3?interval=1ms", "/drip?bytes=3&duration=3ms&delay=1ms", "/sse?n=3&interval=1ms",
        "/poll?timeout=3ms", "/delay/1ms", "/delay/1ms/stream/2?interval=1ms", "/bytes/200K",
        "/slow-headers/3ms"}) {
    BOOST_TEST_CONTEXT(target) {
      std::size_t n = 1;
      TestAnswer answer;
      do {
        answer = app.test({.target = target}, {.server = {}, .leave_at = n});
      } while (answer.left && ++n < 1000);
      BOOST_TEST(n < 1000U);
      BOOST_TEST(answer.status >= 200);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_there_is_not_is_answered_only_if_that_is_wanted) {
  gnet::web::App strict = make_http_echo_app({});
  BOOST_TEST(strict.test({.target = "/hook"}).status == 404);
  gnet::web::App lenient = make_http_echo_app({.answers_all = true});
  const TestAnswer answer = lenient.test({.method = "POST", .target = "/hook", .body = "x"});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body.find("\"target\":\"/hook\"") != answer.body.npos);
  BOOST_TEST(lenient.test({.target = "/status/418"}).status == 418);
}

BOOST_AUTO_TEST_CASE(each_answer_is_told_with_its_path) {
  std::vector<std::string> paths;
  gnet::web::App app =
      make_http_echo_app({.answered = [&](std::string_view path) { paths.emplace_back(path); }});
  static_cast<void>(app.test({.target = "/hello?x=1"}));
  static_cast<void>(app.test({.target = "/no%20such"}));
  static_cast<void>(app.test({.target = "/delay/0/status/500"}));
  BOOST_TEST(paths == (std::vector<std::string>{"/hello", "/no such", "/delay/0/status/500"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_body_is_bounded_and_read_once) {
  const test::TemporaryFile file("");
  commands::RequestRecorder recorder(file.name(), [] { BOOST_ERROR("a line was lost"); });
  gnet::web::App app = make_http_echo_app({.max_body = 5, .recorder = &recorder});
  const TestAnswer answer = app.test({.method = "POST", .target = "/anything", .body = "hello"});
  BOOST_TEST(answer.body.find("\"body\":\"hello\",\"body_bytes\":5}") != answer.body.npos);
  BOOST_TEST(app.test({.method = "POST", .target = "/hello", .body = "hello!"}).status == 413);
  const std::string text = gnet::read_file(file.name());
  BOOST_TEST(text.find("\"body\":\"hello\",\"body_bytes\":5}\n") != text.npos);
  BOOST_TEST(text.find("\"id\":2,") != text.npos);
  BOOST_TEST(text.find("\"error\":\"") != text.npos);
}

BOOST_AUTO_TEST_CASE(errors_and_delays_come_before_any_page) {
  gnet::web::App broken = make_http_echo_app({.errors = {1.0}});
  BOOST_TEST(broken.test({.target = "/hello"}).status == 503);
  gnet::web::App other = make_http_echo_app({.status = 204});
  BOOST_TEST(other.test({.target = "/hello"}).status == 204);
  gnet::web::App late = make_http_echo_app({.delay = {.base = std::chrono::milliseconds(1)}});
  BOOST_TEST(late.test({.target = "/hello"}).suspensions >= 1U);
  BOOST_TEST(late.test({.target = "/hello"}, {.server = {}, .leave_at = 1}).left);
}

BOOST_AUTO_TEST_SUITE_END()
