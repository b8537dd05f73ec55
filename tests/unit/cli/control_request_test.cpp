#include <boost/test/unit_test.hpp>

#include "cli/control/reply.h"
#include "cli/control/request.h"

BOOST_AUTO_TEST_SUITE(control_request)

namespace {

using cli::BadRequest;
using cli::ControlRequest;
using cli::parse_request;

std::string problem(std::string_view line) {
  try {
    static_cast<void>(parse_request(line));
    return "";
  } catch (const BadRequest& bad) {
    return bad.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_and_plain_words_say_the_same) {
  const ControlRequest json =
      parse_request(R"({"op":"stop","service":"echo","wait":true,"timeout":"5s"})");
  const ControlRequest plain = parse_request("stop echo --wait --timeout=5s");
  BOOST_TEST(json.json);
  BOOST_TEST(!plain.json);
  BOOST_TEST(json.op == plain.op);
  BOOST_TEST((json.fields == plain.fields));
  BOOST_TEST(plain.field("timeout") == "5s");
  BOOST_TEST(plain.field("message") == "");
}

BOOST_AUTO_TEST_CASE(a_message_is_the_rest_of_the_line) {
  const ControlRequest request = parse_request("notify  *   hello,  \"everybody\"  \r");
  BOOST_TEST(request.field("service") == "*");
  BOOST_TEST(request.field("message") == "hello,  \"everybody\"");
}

BOOST_AUTO_TEST_CASE(what_is_added_keeps_its_words) {
  const ControlRequest request =
      parse_request("add files http-serve -p 0 --title 'two words' --tls");
  BOOST_TEST(request.field("service") == "files");
  BOOST_TEST(request.field("type") == "http-serve");
  const std::vector<std::string> words{"-p", "0", "--title", "two words", "--tls"};
  BOOST_TEST(request.words == words, boost::test_tools::per_element());
  BOOST_TEST(parse_request(request.to_json()).words == words, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(false_and_null_are_as_if_they_were_not_there) {
  const ControlRequest request =
      parse_request(R"({"op":"stop","service":"echo","wait":false,"timeout":null,"text":true})");
  BOOST_TEST(!request.has("wait"));
  BOOST_TEST(!request.has("timeout"));
  BOOST_TEST(request.with_text);
}

BOOST_AUTO_TEST_CASE(numbers_are_values_too) {
  BOOST_TEST(parse_request(R"({"op":"kick","id":18446744073709551615})").field("id") ==
             "18446744073709551615");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_told_why) {
  BOOST_TEST(problem("") == "an empty line");
  BOOST_TEST(problem("stp echo") == "unknown operation 'stp'; did you mean 'stop'?");
  BOOST_TEST(problem("stop") == "'stop' needs 'service'");
  BOOST_TEST(problem("stop echo now") == "'now' is one word too many");
  BOOST_TEST(problem("stop echo --now") == "'stop' has no field 'now'");
  BOOST_TEST(problem("stop echo --wait --wait") == "'wait' is given twice");
  BOOST_TEST(problem("stop 'echo") == "a quote does not end");
  BOOST_TEST(problem("kick") == "'kick' needs either 'id' or 'peer'");
  BOOST_TEST(problem("kick 1 --peer=::1") == "'kick' needs either 'id' or 'peer'");
  BOOST_TEST(problem("{}") == "a request has a field 'op'");
  BOOST_TEST(problem(R"({"op":"list"} x)").starts_with("no JSON: "));
  BOOST_TEST(problem(R"({"op":"list","services":1})") == "'list' has no field 'services'");
  BOOST_TEST(problem(R"({"op":"stop","service":["echo"]})") ==
             "a field is a string, a number, true or false");
  BOOST_TEST(problem(R"({"op":"add","service":"a","type":"b","words":[1]})") ==
             "'words' is a list of strings");
  BOOST_TEST(problem(std::string(ControlRequest::kLongest + 1, 'x')) == "a line is too long");
  BOOST_TEST(problem("{" + std::string(1000, '[')).starts_with("no JSON: "));
}

BOOST_AUTO_TEST_CASE(an_answer_is_written_as_the_question_was) {
  cli::ControlReply reply;
  reply.facts.add("services", 2);
  reply.text = "2 services\n";
  BOOST_TEST(render(parse_request("list"), reply) == "2 services\n\n");
  BOOST_TEST(render(parse_request(R"({"op":"list"})"), reply) ==
             "{\"ok\":true,\"op\":\"list\",\"services\":2}\n");
  BOOST_TEST(render(parse_request(R"({"op":"list","text":true})"), reply) ==
             "{\"ok\":true,\"op\":\"list\",\"services\":2,\"text\":\"2 services\\n\"}\n");
  const auto failed = cli::ControlReply::failure(cli::Exit::no_instance, "there is none");
  BOOST_TEST(render(parse_request("list"), failed) == "error: there is none\n\n");
  BOOST_TEST(render(parse_request(R"({"op":"list"})"), failed) ==
             "{\"ok\":false,\"op\":\"list\",\"code\":11,\"name\":\"no-instance\","
             "\"message\":\"there is none\"}\n");
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_they_must_be) {
  BOOST_TEST(cli::text_table({{"A", "LONG", "C"}, {"12345", "x", ""}}) ==
             "A      LONG  C\n12345  x\n");
}

BOOST_AUTO_TEST_SUITE_END()
