#include "commands/http_format.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "cli/out/failure.h"
#include "gnet/http/client.h"
#include "gnet/http/http_server_factory.h"

BOOST_AUTO_TEST_SUITE(http_format)

using commands::check_write_out;
using commands::HttpOutcome;
using commands::write_out;

namespace {

// An answer that has come from somewhere.
struct Answer {
  Answer()
      : server("127.0.0.1:0", [](gnet::http::Request&, gnet::http::Response& response) {
          response.status(202).add("X-A", "1").add("X-A", "2").send("\xff", "text/plain");
        }) {
    server.start();
    const std::string port = std::to_string(server.local_endpoint().port());
    url = "http://127.0.0.1:" + port + "/x?y";
  }

  gnet::HTTPServerFactory server;
  std::string url;
  gnet::http::Client client;
};

}  // namespace

BOOST_AUTO_TEST_CASE(variables_stand_for_what_came) {
  Answer answer;
  auto response = answer.client.get(answer.url);
  const std::string body = response.read_all();
  const HttpOutcome outcome{"GET", gnet::http::URL(answer.url), response, 3, body.size()};
  const auto text = [&](const std::string& format) {
    check_write_out(format);
    return write_out(format, outcome);
  };
  BOOST_TEST(text("%{status} %{http_code} %{reason}") == "202 202 Accepted");
  BOOST_TEST(text("%{method} %{url}") == "GET " + answer.url);
  BOOST_TEST(text("%header{x-a}|%header{none}|") == "1, 2||");
  BOOST_TEST(text("%{size_upload},%{size_body},%{size_download}") == "3,1,1");
  BOOST_TEST(text("%{http_version} %{num_redirects} %{content_type}") == "1.1 0 text/plain");
  BOOST_TEST(text("100%% %x % \\n\\t\\\\\\q").substr(0) == "100% %x % \n\t\\\\q");
  BOOST_TEST(text("%{time_total}").size() == std::string("0.000123").size());
}

BOOST_AUTO_TEST_CASE(a_variable_that_nobody_knows_is_refused) {
  BOOST_CHECK_THROW(check_write_out("%{nonsense}"), cli::UsageError);
  check_write_out("%{unfinished");
  check_write_out("%");
}

BOOST_AUTO_TEST_CASE(a_document_has_a_body_of_any_bytes) {
  Answer answer;
  auto response = answer.client.get(answer.url);
  const std::string body = response.read_all();
  const HttpOutcome outcome{"GET", gnet::http::URL(answer.url), response, 0, body.size()};
  const std::string binary = commands::json_outcome(outcome, body).text();
  BOOST_TEST(binary.find("\"body_base64\":\"/w==\"") != binary.npos);
  BOOST_TEST(binary.find("\"x-a\":[\"1\",\"2\"]") != binary.npos);
  const std::string text = commands::json_outcome(outcome, "hello").text();
  BOOST_TEST(text.find("\"body\":\"hello\"") != text.npos);
  const std::string none = commands::json_outcome(outcome, std::nullopt).text();
  BOOST_TEST(none.find("body\"") == none.npos);
}

BOOST_AUTO_TEST_CASE(a_head_is_printed_as_it_came) {
  Answer answer;
  auto response = answer.client.get(answer.url);
  const std::string head = commands::response_head(response, false);
  BOOST_TEST(head.starts_with("HTTP/1.1 202 Accepted\r\n"));
  BOOST_TEST(head.ends_with("\r\n\r\n"));
  BOOST_TEST(commands::colored_head("A\r\nB: c\r\n\r\n") ==
             "\x1b[1mA\x1b[0m\r\n\x1b[36mB\x1b[0m: c\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
