#include "gnet/ws/close_code.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(close_code)

using gnet::ws::Close;
using gnet::ws::close_payload;
using gnet::ws::CloseCode;
using gnet::ws::Failure;
using gnet::ws::may_be_sent;
using gnet::ws::parse_close;

namespace {

// The code that a failure has to be told with; 0: it is none.
CloseCode failure_of(const std::string& payload) {
  const auto parsed = parse_close(payload);
  const auto* failure = std::get_if<Failure>(&parsed);
  return failure == nullptr ? CloseCode{0} : failure->code;
}

}  // namespace

BOOST_AUTO_TEST_CASE(codes_that_a_frame_may_carry) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const bool expected = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                          (code >= 3000 && code <= 4999);
    if (may_be_sent(static_cast<CloseCode>(code)) != expected) BOOST_ERROR(code);
    if ((failure_of(closing(code)) == 1002) == expected) BOOST_ERROR("parsed: " << code);
  }
}

BOOST_AUTO_TEST_CASE(a_close_frame_may_say_nothing) {
  BOOST_TEST((parse_close("") == std::variant<Close, Failure>(Close{1005, ""})));
}

BOOST_AUTO_TEST_CASE(a_close_frame_has_a_code_and_a_reason) {
  const std::string payload = closing(4001, "caf\xc3\xa9");
  BOOST_TEST((parse_close(payload) == std::variant<Close, Failure>(Close{4001, "caf\xc3\xa9"})));
}

BOOST_AUTO_TEST_CASE(half_a_code_is_a_protocol_error) {
  BOOST_TEST(failure_of("\x03") == 1002);
}

BOOST_AUTO_TEST_CASE(a_reason_is_utf8) {
  BOOST_TEST(failure_of(closing(1000, "\xff")) == 1007);
  BOOST_TEST(failure_of(closing(1000, "half \xc3")) == 1007);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  BOOST_TEST(close_payload(1001, "bye") == closing(1001, "bye"));
  BOOST_TEST(close_payload(1005).empty());
  BOOST_TEST(close_payload(1000, std::string(123, 'x')).size() == 125U);
}

BOOST_AUTO_TEST_CASE(what_no_frame_may_carry_is_not_written) {
  for (const int code : {0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65535}) {
    BOOST_CHECK_THROW((void)close_payload(static_cast<CloseCode>(code)), std::invalid_argument);
  }
  BOOST_CHECK_THROW((void)close_payload(1005, "a reason"), std::invalid_argument);
  BOOST_CHECK_THROW((void)close_payload(1000, std::string(124, 'x')), std::invalid_argument);
  BOOST_CHECK_THROW((void)close_payload(1000, "\xff"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters) {
  using gnet::ws::close_reason_of;
  BOOST_TEST(close_reason_of("short") == "short");
  BOOST_TEST(close_reason_of(std::string(200, 'x')).size() == 123U);
  BOOST_TEST(close_reason_of(std::string(122, 'x') + "\xc3\xa9").size() == 122U);
  BOOST_TEST(close_reason_of("fine\xff no more") == "fine");
}

BOOST_AUTO_TEST_CASE(codes_have_names) {
  BOOST_TEST(gnet::ws::describe_close(1001) == "going away");
  BOOST_TEST(gnet::ws::describe_close(4003) == "close code 4003");
}

BOOST_AUTO_TEST_SUITE_END()
