#include "gnet/ws/handshake.h"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(handshake)

using gnet::ws::answer_handshake;
using gnet::ws::check_handshake;
using gnet::ws::HandshakeOptions;
using gnet::ws::HandshakeRequest;
using gnet::ws::HandshakeResponse;
using gnet::ws::has_token;
using gnet::ws::is_handshake_key;

namespace {

// The example of the standard (RFC 6455, §1.3).
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const HandshakeRequest kRequest{.upgrade = "websocket",
                                .connection = "Upgrade",
                                .version = "13",
                                .key = kKey,
                                .subprotocols = {},
                                .extensions = {}};
const HandshakeResponse kResponse{.status = 101,
                                  .upgrade = "websocket",
                                  .connection = "Upgrade",
                                  .accept = kAccept,
                                  .subprotocol = {},
                                  .extensions = {}};

// A copy of the request or the response with another value for one of its headers.
template <typename Message, typename Value>
Message with(Message message, Value Message::*header, Value value) {
  message.*header = value;
  return message;
}

int status(HandshakeRequest request) {
  return answer_handshake(request).status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_of_the_standard) {
  BOOST_TEST(gnet::ws::handshake_accept(kKey) == kAccept);
  const auto answer = answer_handshake(kRequest);
  BOOST_TEST(answer.status == 101);
  BOOST_TEST(answer.accept == kAccept);
  BOOST_TEST(answer.subprotocol.empty());
  BOOST_TEST(answer.extensions.empty());
  BOOST_TEST(!answer.deflate);
  BOOST_TEST(check_handshake(kResponse, kKey).ok());
}

BOOST_AUTO_TEST_CASE(keys_are_16_random_bytes) {
  const std::string key = gnet::ws::handshake_key();
  BOOST_TEST(is_handshake_key(key));
  BOOST_TEST(key != gnet::ws::handshake_key());
  for (const char* wrong :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZQQ=", "dGhlIHNhbXBsZSBub25jZQQQ", " GhlIHNhbXBsZSBub25jZQ==",
        "dGhlIHNhbXBsZSBub25jZQ== ", "dGhlIHNhb-BsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA=="}) {
    BOOST_TEST(!is_handshake_key(wrong), "accepted: " << wrong);
  }
}

BOOST_AUTO_TEST_CASE(headers_name_tokens) {
  BOOST_TEST(has_token("Upgrade", "upgrade"));
  BOOST_TEST(has_token("keep-alive, Upgrade", "upgrade"));
  BOOST_TEST(has_token("keep-alive ,\tUPGRADE , x", "upgrade"));
  for (const char* header : {"", "upgrade2", "x upgrade", "upgrade/1", "up,grade", ",", "Upgrad"}) {
    BOOST_TEST(!has_token(header, "upgrade"), "found in " << header);
  }
}

BOOST_AUTO_TEST_CASE(what_a_request_has_to_say) {
  using R = HandshakeRequest;
  BOOST_TEST(status(with(kRequest, &R::upgrade, {"WebSocket"})) == 101);
  BOOST_TEST(status(with(kRequest, &R::upgrade, {"h2c, websocket"})) == 101);
  BOOST_TEST(status(with(kRequest, &R::connection, {"keep-alive, upgrade"})) == 101);

  BOOST_TEST(status(with(kRequest, &R::method, std::string_view("POST"))) == 405);
  BOOST_TEST(status(with(kRequest, &R::upgrade, {})) == 426);
  BOOST_TEST(status(with(kRequest, &R::upgrade, {"h2c"})) == 426);
  BOOST_TEST(status(with(kRequest, &R::connection, {})) == 400);
  BOOST_TEST(status(with(kRequest, &R::connection, {"keep-alive"})) == 400);
  BOOST_TEST(status(with(kRequest, &R::key, {})) == 400);
  BOOST_TEST(status(with(kRequest, &R::key, {"x3JJHMbDL1EzLkh9GBhXDw="})) == 400);
  BOOST_TEST(status(with(kRequest, &R::key,
                         {"dGhlIHNhbXBsZSBub25jZQ==, "
                          "dGhlIHNhbXBsZSBub25jZQ=="})) == 400);
  BOOST_TEST(status(with(kRequest, &R::version, {})) == 400);
  for (const char* version : {"", "8", "12", "14", "013", "+13", "13, 13", "0x0d", "130"}) {
    BOOST_TEST(status(with(kRequest, &R::version, {version})) == 426, version);
  }
  BOOST_TEST(!answer_handshake(with(kRequest, &R::version, {"8"})).reason.empty());
}

BOOST_AUTO_TEST_CASE(the_server_chooses_a_subprotocol) {
  const HandshakeOptions options{.subprotocols = {"chat.v2", "chat"}, .deflate = {}};
  const auto chosen = [&](std::string_view wanted) {
    const auto request = with(kRequest, &HandshakeRequest::subprotocols, {wanted});
    const auto answer = answer_handshake(request, options);
    return answer.status == 101 ? std::string(answer.subprotocol) : std::to_string(answer.status);
  };
  BOOST_TEST(chosen("chat") == "chat");
  BOOST_TEST(chosen("chat, chat.v2") == "chat.v2");
  BOOST_TEST(chosen("other,chat,") == "chat");
  BOOST_TEST(chosen("other") == "");
  BOOST_TEST(chosen("Chat") == "");
  for (const char* wrong : {"", ",", "chat, chat", "cha t", "chat;x", "(chat)", "\xc3\xa9"}) {
    BOOST_TEST(chosen(wrong) == "400", "accepted: " << wrong);
  }
}

BOOST_AUTO_TEST_CASE(there_are_not_too_many_subprotocols) {
  std::string header = "p0";
  for (int i = 1; i < 32; ++i) header += ", p" + std::to_string(i);
  BOOST_TEST(gnet::ws::parse_subprotocols(header).has_value());
  BOOST_TEST(!gnet::ws::parse_subprotocols(header + ", p32").has_value());
}

BOOST_AUTO_TEST_CASE(the_server_agrees_on_compression) {
  const auto answer = answer_handshake(with(kRequest, &HandshakeRequest::extensions,
                                            {"permessage-deflate; client_max_window_bits"}));
  BOOST_TEST(answer.status == 101);
  BOOST_TEST(answer.extensions ==
             "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  BOOST_TEST(answer.deflate.has_value());

  const auto none = answer_handshake(
      with(kRequest, &HandshakeRequest::extensions, {"permessage-deflate; x, other"}));
  BOOST_TEST(none.status == 101);
  BOOST_TEST(none.extensions.empty());
  BOOST_TEST(status(with(kRequest, &HandshakeRequest::extensions, {"; x"})) == 400);
}

BOOST_AUTO_TEST_CASE(what_a_response_has_to_say) {
  using R = HandshakeResponse;
  const auto ok = [](const R& response) { return check_handshake(response, kKey).ok(); };
  BOOST_TEST(ok(with(kResponse, &R::upgrade, {"WEBSOCKET"})));
  BOOST_TEST(ok(with(kResponse, &R::connection, {"keep-alive, upgrade"})));

  BOOST_TEST(!ok(with(kResponse, &R::status, 200)));
  BOOST_TEST(!ok(with(kResponse, &R::upgrade, {})));
  BOOST_TEST(!ok(with(kResponse, &R::upgrade, {"h2c"})));
  BOOST_TEST(!ok(with(kResponse, &R::connection, {})));
  BOOST_TEST(!ok(with(kResponse, &R::connection, {"close"})));
  BOOST_TEST(!ok(with(kResponse, &R::accept, {})));
  BOOST_TEST(!ok(with(kResponse, &R::accept, {kKey})));
  BOOST_TEST(!ok(with(kResponse, &R::accept, {"S3pPLMBiTxaQ9kYGzzhZRbK+xOo="})));
}

BOOST_AUTO_TEST_CASE(a_client_wants_nothing_that_it_did_not_offer) {
  using R = HandshakeResponse;
  const HandshakeOptions options{.subprotocols = {"chat"}, .deflate = {}};
  BOOST_TEST(
      check_handshake(with(kResponse, &R::subprotocol, {"chat"}), kKey, options).subprotocol ==
      "chat");
  BOOST_TEST(check_handshake(kResponse, kKey, options).ok());
  for (const char* wrong : {"", "other", "Chat", "chat, chat"}) {
    BOOST_TEST(!check_handshake(with(kResponse, &R::subprotocol, {wrong}), kKey, options).ok());
  }
  BOOST_TEST(!check_handshake(with(kResponse, &R::subprotocol, {"chat"}), kKey).ok());

  const auto agreed = check_handshake(
      with(kResponse, &R::extensions, {"permessage-deflate; server_no_context_takeover"}), kKey);
  BOOST_TEST((agreed.ok() && agreed.deflate.has_value()));
  for (const char* bits : {"7", "16", "999", "010", "+10"}) {
    const std::string header =
        std::string("permessage-deflate; server_no_context_takeover; server_max_window_bits=") +
        bits;
    BOOST_TEST(!check_handshake(with(kResponse, &R::extensions, {header}), kKey).ok(), bits);
  }
}

BOOST_AUTO_TEST_SUITE_END()
