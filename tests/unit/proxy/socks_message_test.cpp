#include "gnet/proxy/socks_message.h"

#include <boost/test/unit_test.hpp>

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>

#include "gnet/proxy/proxy_error.h"

BOOST_AUTO_TEST_SUITE(socks_message)

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace gnet::proxy;

namespace {

// Every part of a message asks for more, and never for more than the whole.
template <typename Decode>
void check_splits(Decode decode, std::string_view message) {
  for (std::size_t size = 0; size < message.size(); ++size) {
    const auto part = decode(message.substr(0, size));
    BOOST_REQUIRE((part.state == Decoding::incomplete));
    BOOST_REQUIRE(part.size > size);
    BOOST_REQUIRE(part.size <= message.size());
  }
  const auto whole = decode(std::string(message) + "rest");
  BOOST_REQUIRE(whole.complete());
  BOOST_TEST(whole.size == message.size());
}

gnet::SocketAddress ip(const char* text, std::uint16_t port) {
  return {asio::ip::make_address(text), port};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_greeting_says_how_the_client_may_log_in) {
  check_splits(decode_greeting, "\x05\x03\x01\x02\x00"sv);
  const auto greeting = decode_greeting("\x05\x03\x01\x02\x00"sv);
  BOOST_TEST(greeting.message.open);
  BOOST_TEST(greeting.message.password);
  BOOST_TEST(!decode_greeting("\x05\x01\x02"sv).message.open);
  BOOST_TEST(encode_greeting({.open = true, .password = true}) == "\x05\x02\x00\x02"sv);
  BOOST_TEST(decode_greeting("\x05\x00"sv).malformed());
  BOOST_TEST(decode_greeting("\x04"sv).malformed());
  BOOST_TEST(decode_greeting("GET"sv).malformed());
}

BOOST_AUTO_TEST_CASE(the_server_chooses_one_way) {
  check_splits(decode_method, "\x05\x02"sv);
  BOOST_TEST((decode_method("\x05\xff"sv).message == SocksMethod::none));
  BOOST_TEST(encode_method(SocksMethod::none) == "\x05\xff"sv);
}

BOOST_AUTO_TEST_CASE(a_user_logs_in) {
  const SocksUser user{"me", "secret"};
  check_splits(decode_login, "\x01\x02me\x06secret"sv);
  BOOST_TEST(encode_login(user) == "\x01\x02me\x06secret"sv);
  BOOST_TEST((decode_login("\x01\x02me\x06secret"sv).message == user));
  BOOST_TEST(decode_login("\x05\x02me"sv).malformed());
  check_splits(decode_login_answer, "\x01\x00"sv);
  BOOST_TEST(decode_login_answer("\x01\x00"sv).message);
  BOOST_TEST(!decode_login_answer("\x01\x02"sv).message);
  BOOST_TEST(encode_login_answer(false) == "\x01\x01"sv);
  BOOST_CHECK_THROW(static_cast<void>(encode_login({std::string(256, 'x'), "p"})), ProxyError);
  BOOST_CHECK_THROW(static_cast<void>(encode_login({"me", ""})), ProxyError);
}

BOOST_AUTO_TEST_CASE(a_request_names_an_address_or_a_name) {
  const auto there_and_back = [](const SocksTarget& target) {
    const std::string bytes = encode_request(SocksCommand::connect, target);
    check_splits(decode_request, bytes);
    BOOST_TEST((decode_request(bytes).message.target == target));
    return bytes;
  };
  BOOST_TEST(there_and_back({"127.0.0.1", 80}) == "\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"sv);
  there_and_back({"::1", 65535});
  BOOST_TEST(there_and_back({"a.test", 443}) ==
             "\x05\x01\x00\x03\x06"
             "a.test\x01\xbb"sv);
  there_and_back({std::string(255, 'x'), 1});
  // What cannot be an address of another machine is sent as it is, for the proxy to judge.
  there_and_back({"fe80::1%eth0", 1});
}

BOOST_AUTO_TEST_CASE(a_request_that_is_none_is_refused) {
  BOOST_TEST(decode_request("\x05\x01\x01\x01\x7f\x00\x00\x01\x00\x50"sv).malformed());
  const auto type = decode_request("\x05\x01\x00\x02\x7f\x00\x00\x01\x00\x50"sv);
  BOOST_TEST(type.malformed());
  BOOST_TEST((type.message.refusal == SocksReply::address_type_not_supported));
  BOOST_TEST(decode_request("\x05\x01\x00\x03\x00\x00\x50"sv).malformed());
  BOOST_TEST(decode_request("\x05\x01\x00\x03\x03"
                            "a\0b\x00\x50"sv)
                 .malformed());
  BOOST_TEST(decode_request("\x05\x01\x00\x03\x03"
                            "a b\x00\x50"sv)
                 .malformed());
  BOOST_CHECK_THROW(static_cast<void>(encode_request(SocksCommand::connect, {"", 1})), ProxyError);
  BOOST_CHECK_THROW(
      static_cast<void>(encode_request(SocksCommand::connect, {std::string(256, 'x'), 1})),
      ProxyError);
}

BOOST_AUTO_TEST_CASE(an_answer_says_what_came_of_it_and_where) {
  const std::string bytes = encode_answer(SocksReply::succeeded, ip("10.1.2.3", 4000));
  check_splits(decode_answer, bytes);
  BOOST_TEST((decode_answer(bytes).message.bound == SocksTarget{"10.1.2.3", 4000}));
  check_splits(decode_answer, encode_answer(SocksReply::not_allowed, ip("::1", 1)));
  check_splits(decode_answer, "\x05\x00\x00\x03\x01x\x00\x50"sv);
  check_splits(decode_answer, "\x05\x05\x00\x03\x00\x00\x50"sv);  // an empty name, as some have it
  BOOST_TEST(encode_answer(SocksReply::general_failure) == "\x05\x01\0\x01\0\0\0\0\0\0"sv);
  BOOST_TEST(to_string(SocksReply::host_unreachable) == "host unreachable");
  BOOST_TEST(to_string(static_cast<SocksReply>(200)) == "unknown error");
}

BOOST_AUTO_TEST_CASE(datagrams_have_a_header) {
  const std::string bytes = encode_datagram_header(SocksTarget{"a.test", 53}) + "payload";
  const auto datagram = decode_datagram(bytes);
  BOOST_REQUIRE(datagram.has_value());
  BOOST_TEST((datagram->target == SocksTarget{"a.test", 53}));
  BOOST_TEST(datagram->payload == "payload");
  std::string fragment = bytes;
  fragment[2] = 1;
  BOOST_TEST(!decode_datagram(fragment).has_value());
  for (std::size_t size = 0; size < bytes.size() - 7; ++size) {
    BOOST_TEST(!decode_datagram(std::string_view(bytes).substr(0, size)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(version_4_has_addresses_and_4a_names) {
  const std::string v4 = encode_socks4_request(SocksCommand::connect, {"127.0.0.1", 80}, "me");
  BOOST_TEST(v4 == "\x04\x01\x00\x50\x7f\x00\x00\x01me\x00"sv);
  check_splits(decode_socks4_request, v4);
  BOOST_TEST(decode_socks4_request(v4).message.user == "me");
  const std::string v4a = encode_socks4_request(SocksCommand::connect, {"a.test", 80}, "");
  BOOST_TEST(v4a ==
             "\x04\x01\x00\x50\x00\x00\x00\x01\x00"
             "a.test\x00"sv);
  check_splits(decode_socks4_request, v4a);
  BOOST_TEST((decode_socks4_request(v4a).message.target == SocksTarget{"a.test", 80}));
  BOOST_CHECK_THROW(
      static_cast<void>(encode_socks4_request(SocksCommand::connect, {"::1", 80}, "")), ProxyError);
  BOOST_CHECK_THROW(
      static_cast<void>(encode_socks4_request(SocksCommand::connect, {"a", 80}, "a\0b"sv)),
      ProxyError);
}

BOOST_AUTO_TEST_CASE(version_4_without_an_end_is_refused) {
  const std::string head = "\x04\x01\x00\x50\x00\x00\x00\x01"s;
  BOOST_TEST(decode_socks4_request(head + std::string(256, 'u')).malformed());
  BOOST_TEST(decode_socks4_request(head + '\0' + std::string(256, 'h')).malformed());
  BOOST_TEST(decode_socks4_request(head + std::string(2, '\0')).malformed());
}

BOOST_AUTO_TEST_CASE(version_4_is_answered_in_eight_bytes) {
  const std::string bytes = encode_socks4_answer(SocksReply::succeeded, ip("10.1.2.3", 4000));
  check_splits(decode_socks4_answer, bytes);
  BOOST_TEST(bytes == "\x00\x5a\x0f\xa0\x0a\x01\x02\x03"sv);
  BOOST_TEST((decode_socks4_answer(encode_socks4_answer(SocksReply::not_allowed)).message.reply ==
              SocksReply::general_failure));
  BOOST_TEST(decode_socks4_answer("\x00\x10\x00\x00\x00\x00\x00\x00"sv).malformed());
}

BOOST_AUTO_TEST_SUITE_END()
