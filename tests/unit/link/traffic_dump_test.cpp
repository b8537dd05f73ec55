#include "gnet/link/traffic_dump.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "gnet/ws/codec.h"

BOOST_AUTO_TEST_SUITE(traffic_dump)

using namespace std::literals;
using gnet::link::Dump;
using gnet::link::DumpForm;
using gnet::link::make_dump;
using gnet::link::PcapTime;
using gnet::link::Unit;
using gnet::link::Way;

namespace {

// What is shown, without the times.
std::string shown(Dump& dump, Way way, std::string_view data, Unit unit = Unit::bytes) {
  std::string text = dump.data(way, unit, data, PcapTime{1000, 5});
  std::string without;
  while (!text.empty()) {
    const std::size_t end = text.find('\n') + 1;
    const std::string line = text.substr(0, end);
    const bool has_time = line.size() > 16 && line[2] == ':' && line[5] == ':' && line[8] == '.';
    without += has_time ? line.substr(16) : line;
    text.erase(0, end);
  }
  return without;
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_shows_lines_and_does_no_harm_to_a_terminal) {
  const auto dump = make_dump(DumpForm::text, 3);
  BOOST_TEST(shown(*dump, Way::forward, "one\ntwo\x1b[2J") ==
             "#3 > 11 bytes\n> one\\n\n> two\\x1b[2J\n");
  BOOST_TEST(shown(*dump, Way::backward, "x", Unit::text) == "#3 < text, 1 byte\n< x\n");
}

BOOST_AUTO_TEST_CASE(hexadecimal_has_sixteen_bytes_a_line) {
  const auto dump = make_dump(DumpForm::hex, 1);
  BOOST_TEST(shown(*dump, Way::forward, "0123456789abcdef\n") ==
             "#1 > 17 bytes\n"
             "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
             "00000010  0a                                                |.|\n");
}

BOOST_AUTO_TEST_CASE(json_is_an_object_a_line_and_loses_no_byte) {
  const auto dump = make_dump(DumpForm::json, 2);
  BOOST_TEST(dump->data(Way::forward, Unit::bytes, "a\"b\n", {0, 0}) ==
             R"({"ts":"1970-01-01T00:00:00.000000Z","event":"data","id":2,"from":"left",)"
             R"("bytes":4,"text":"a\"b\n"})"
             "\n");
  BOOST_TEST(dump->data(Way::backward, Unit::binary, "\xff", {0, 0}) ==
             R"({"ts":"1970-01-01T00:00:00.000000Z","event":"data","id":2,"from":"right",)"
             R"("bytes":1,"type":"binary","base64":"/w=="})"
             "\n");
  BOOST_TEST(dump->end(Way::forward, {0, 0}) ==
             R"({"ts":"1970-01-01T00:00:00.000000Z","event":"end","id":2,"from":"left"})"
             "\n");
}

BOOST_AUTO_TEST_CASE(http_shows_heads_and_how_long_bodies_are_however_they_come) {
  const std::string request =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "HEAD /b HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string expected =
      "#1 > POST /a HTTP/1.1\n  Host: x\n  Content-Length: 3\n"
      "#1 > a body of 3 bytes\n"
      "#1 > HEAD /b HTTP/1.1\n  Host: x\n";
  for (std::size_t piece = 1; piece <= request.size(); ++piece) {
    const auto dump = make_dump(DumpForm::http, 1);
    std::string text;
    for (std::size_t at = 0; at < request.size(); at += piece) {
      text += shown(*dump, Way::forward, std::string_view(request).substr(at, piece));
    }
    BOOST_TEST(text == expected);
    // The answer to HEAD has a length and no body.
    BOOST_TEST(shown(*dump, Way::backward,
                     "HTTP/1.1 100 Continue\r\n\r\n"
                     "HTTP/1.1 204 No Content\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab") ==
               "#1 < HTTP/1.1 100 Continue\n#1 < HTTP/1.1 204 No Content\n"
               "#1 < HTTP/1.1 200 OK\n  Content-Length: 5\n"
               "#1 < HTTP/1.1 200 OK\n  Content-Length: 2\n#1 < a body of 2 bytes\n");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_said_once_and_counted_from_then_on) {
  const auto dump = make_dump(DumpForm::http, 1);
  const std::string first = shown(*dump, Way::forward, "SSH-2.0-x\r\n\r\n");
  BOOST_TEST(first.starts_with("#1 > not HTTP: "));
  BOOST_TEST(shown(*dump, Way::forward, "more") == "#1 > 4 bytes\n");
}

BOOST_AUTO_TEST_CASE(frames_of_a_websocket_are_shown_behind_its_handshake) {
  const auto dump = make_dump(DumpForm::ws, 1);
  static_cast<void>(shown(*dump, Way::forward,
                          "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                          "Upgrade: websocket\r\n\r\n"));
  BOOST_TEST(shown(*dump, Way::backward,
                   "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                   "Upgrade: websocket\r\n\r\n\x81\x02hi") ==
             "#1 < HTTP/1.1 101 Switching Protocols\n  Connection: Upgrade\n"
             "  Upgrade: websocket\n#1 < text, 2 bytes: \"hi\"\n");
  gnet::ws::Codec client(gnet::ws::Role::client);
  client.send(gnet::ws::Opcode::binary, "\x01z");
  client.ping("p");
  client.close(gnet::ws::kNormal, "bye");
  const std::string frames(client.output());
  const std::string expected =
      "#1 > binary, 2 bytes: \"\\x01z\"\n#1 > ping \"p\"\n#1 > close 1000 \"bye\"\n";
  std::string text;
  for (std::size_t at = 0; at < frames.size(); ++at) {
    text += shown(*dump, Way::forward, std::string_view(frames).substr(at, 1));
  }
  BOOST_TEST(text == expected);
}

BOOST_AUTO_TEST_SUITE_END()
