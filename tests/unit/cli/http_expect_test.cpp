#include "commands/http_expect.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"

BOOST_AUTO_TEST_SUITE(http_expect)

using commands::HttpExpectations;
using commands::HttpOptions;
using commands::StatusSet;
using gnet::http::Headers;

BOOST_AUTO_TEST_CASE(statuses_are_numbers_ranges_and_classes) {
  const StatusSet set("200-204,304,5xx", "--x");
  for (const int status : {200, 204, 304, 500, 599}) BOOST_TEST(set.has(status));
  for (const int status : {199, 205, 303, 400, 600}) BOOST_TEST(!set.has(status));
  BOOST_TEST(set.all().size() == 106U);
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  for (const auto* text :
       {"99", "2x", "axx", "300-200", "200-", "-200", "1000", "ok", "2000-2999"}) {
    BOOST_CHECK_THROW(StatusSet(text, "--x"), cli::UsageError);
  }
}

BOOST_AUTO_TEST_CASE(the_first_fault_is_told) {
  HttpOptions options;
  options.expect_status = "2xx";
  options.expect_body = "ok";
  options.expect_header = {"X-A: ^1$"};
  const HttpExpectations expected(options);
  const Headers headers{{"x-a", "0"}, {"X-A", "1"}};
  BOOST_TEST(expected.wants_body());
  BOOST_TEST(!expected.fault(200, headers, "it is ok"));
  BOOST_TEST(expected.fault(404, headers, "ok").value() == "status 404, where 2xx was expected");
  BOOST_TEST(expected.fault(200, {}, "ok").value() == "no field X-A, where one was expected");
  BOOST_TEST(expected.fault(200, Headers{{"X-A", "2"}}, "ok").value() ==
             "X-A: 2, where '^1$' was expected");
  BOOST_TEST(expected.fault(200, headers, "").value() == "a body without 'ok', which was expected");
  BOOST_TEST(!HttpExpectations(HttpOptions()).fault(500, {}, ""));
}

BOOST_AUTO_TEST_SUITE_END()
