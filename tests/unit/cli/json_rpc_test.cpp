#include "commands/json_rpc.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(json_rpc)

namespace {

using commands::json_rpc_call;

std::string params(std::string_view line) {
  const std::string call = json_rpc_call(line, 7);
  const std::string head = R"({"jsonrpc":"2.0","id":7,"method":"m")";
  BOOST_REQUIRE(call.starts_with(head));
  return call.substr(head.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_method_alone_has_no_parameters) {
  BOOST_TEST(params("m") == "}");
  BOOST_TEST(params("  m \t\r") == "}");
}

BOOST_AUTO_TEST_CASE(values_become_an_array) {
  BOOST_TEST(params("m 2") == R"(,"params":[2]})");
  BOOST_TEST(params("m 2 \"a b\"  null") == R"(,"params":[2,"a b",null]})");
  BOOST_TEST(params("m 2, 3") == R"(,"params":[2, 3]})");
  BOOST_TEST(params("m [1, 2] {\"a b\": \"\\\" c\"}") == R"(,"params":[[1, 2],{"a b": "\" c"}]})");
}

BOOST_AUTO_TEST_CASE(one_object_or_array_is_the_parameters) {
  BOOST_TEST(params("m {\"a\": 1}") == R"(,"params":{"a": 1}})");
  BOOST_TEST(params("m [1, 2]") == R"(,"params":[1, 2]})");
}

BOOST_AUTO_TEST_CASE(what_is_JSON_already_stays_as_it_is) {
  BOOST_TEST(json_rpc_call(" {\"method\":\"x\"} ", 1) == R"({"method":"x"})");
  BOOST_TEST(json_rpc_call("[{\"id\": 1}]", 1) == R"([{"id": 1}])");
}

BOOST_AUTO_TEST_CASE(a_method_may_have_any_characters) {
  BOOST_TEST(json_rpc_call("a\"b", 1) == R"({"jsonrpc":"2.0","id":1,"method":"a\"b"})");
}

BOOST_AUTO_TEST_CASE(what_is_no_JSON_is_refused) {
  for (const auto* line : {"", "  ", "m word", "m 1 2]", "m \"open", "m {\"a\"", "{", "m 1,,2"}) {
    BOOST_CHECK_THROW(static_cast<void>(json_rpc_call(line, 1)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
