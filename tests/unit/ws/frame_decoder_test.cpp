#include "gnet/ws/frame_decoder.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(frame_decoder)

using gnet::ws::FrameDecoder;
using gnet::ws::FrameEvent;
using gnet::ws::Role;
using namespace std::literals;

namespace {

std::string name_of(const FrameEvent& event) {
  return std::to_string(static_cast<int>(event.opcode)) + (event.compressed ? "z" : "");
}

// What the decoder says of bytes that come in pieces, of which the first may have another length;
// the pieces of a frame's payload are joined, which begins with '<' where a message does and with
// '(' otherwise, and ends with '>' where a message does.
std::string decoded(const FrameDecoder::Options& options, std::string bytes, std::size_t piece,
                    std::size_t first = 0) {
  FrameDecoder decoder(options);
  std::string text;
  std::size_t size = first == 0 ? piece : first;
  for (std::size_t at = 0; at < bytes.size(); at += size, size = piece) {
    decoder.feed(std::span(bytes).subspan(at, std::min(size, bytes.size() - at)));
    for (auto event = decoder.next(); event.kind != FrameEvent::none; event = decoder.next()) {
      if (event.kind == FrameEvent::failure) {
        BOOST_TEST((decoder.next().kind == FrameEvent::failure));  // for ever
        return text + "! " + std::to_string(decoder.failure().code);
      }
      if (event.kind == FrameEvent::control) {
        text += "[" + name_of(event) + " " + std::string(event.text()) + "]";
        continue;
      }
      BOOST_TEST((!event.starts || event.first));
      if (event.first) text += (event.starts ? "<" : "(") + name_of(event) + " ";
      text += event.text();
      if (event.ends) text += ">";
    }
  }
  if (decoder.within_frame()) text += "…";
  return text;
}

// The same for every way to cut them in two, and byte by byte.
void check(const FrameDecoder::Options& options, const std::string& bytes,
           const std::string& expected) {
  BOOST_TEST(decoded(options, bytes, 1) == expected);
  for (std::size_t first = 1; first <= bytes.size(); ++first) {
    BOOST_TEST(decoded(options, bytes, bytes.size(), first) == expected);
  }
}

void check(const std::string& bytes, const std::string& expected) {
  check({.role = Role::client}, bytes, expected);
}

std::string to_client(unsigned first, const std::string& payload = {}, int length_bytes = 0) {
  return frame_to(Role::client, first, payload, length_bytes);
}
std::string to_server(unsigned first, const std::string& payload = {}, int length_bytes = 0) {
  return frame_to(Role::server, first, payload, length_bytes);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_examples_of_the_standard) {
  check("\x81\x05Hello", "<1 Hello>");
  check({.role = Role::server}, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "<1 Hello>");
  check("\x01\x03Hel\x80\x02lo", "<1 Hel(1 lo>");
  check("\x89\x05Hello", "[9 Hello]");
  check({.role = Role::server}, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "[10 Hello]");
}

BOOST_AUTO_TEST_CASE(payload_is_not_copied) {
  std::string bytes = to_server(kBinary, "abc");
  FrameDecoder decoder({.role = Role::server});
  decoder.feed(bytes);
  const auto event = decoder.next();
  BOOST_TEST(event.payload.data() == bytes.data() + 6);
  BOOST_TEST(bytes.substr(6) == "abc");  // unmasked where it lay
}

BOOST_AUTO_TEST_CASE(lengths_of_every_form) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 128U, 65535U, 65536U}) {
    const std::string payload(size, '*');
    for (const std::size_t piece : {1U, 7U, 997U, 100000U}) {
      BOOST_TEST(decoded({.role = Role::client}, to_client(kText, payload), piece) ==
                 "<1 " + payload + ">");
      BOOST_TEST(decoded({.role = Role::server}, to_server(kBinary, payload), piece) ==
                 "<2 " + payload + ">");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_head_is_told_before_its_payload_comes) {
  FrameDecoder decoder({.role = Role::client});
  std::string head = to_client(kText, "Hello").substr(0, 2);
  decoder.feed(head);
  const auto event = decoder.next();
  BOOST_TEST((event.kind == FrameEvent::data && event.starts && !event.ends));
  BOOST_TEST(event.payload.empty());
  BOOST_TEST(decoder.left() == 5U);
  BOOST_TEST((decoder.next().kind == FrameEvent::none));
  BOOST_TEST((decoder.within_frame() && decoder.within_message()));
}

BOOST_AUTO_TEST_CASE(control_frames_may_stand_between_fragments) {
  check(to_client(kTextStart, "a") + to_client(kPing, "p") + to_client(kMiddle) + to_client(kPong) +
            to_client(kLast, "b") + to_client(kCloseFrame),
        "<1 a[9 p](1 [10 ](1 b>[8 ]");
}

BOOST_AUTO_TEST_CASE(control_frames_are_whole_and_short) {
  check(to_client(kPing, std::string(125, 'x')), "[9 " + std::string(125, 'x') + "]");
  check(to_client(kPing, std::string(126, 'x')), "! 1002");
  check(to_client(kPing, "x", 3), "! 1002");
  check(to_client(9, "half"), "! 1002");
  check(to_client(8), "! 1002");
}

BOOST_AUTO_TEST_CASE(reserved_bits_are_refused) {
  for (const unsigned bits : {0x10U, 0x20U, 0x30U, 0x40U, 0x50U, 0x60U, 0x70U}) {
    check(to_client(kText, "fine") + to_client(kText | bits, "not"), "<1 fine>! 1002");
    check(to_client(kPing | bits), "! 1002");
    check({.role = Role::server, .compression = true}, to_server(kPing | bits), "! 1002");
    if (bits != kRsv1) {
      check({.role = Role::server, .compression = true}, to_server(kText | bits, "not"), "! 1002");
    }
  }
}

BOOST_AUTO_TEST_CASE(compression_is_marked_in_the_first_frame_of_a_message) {
  const FrameDecoder::Options agreed{.role = Role::client, .compression = true};
  check(agreed, to_client(kText | kRsv1, "z") + to_client(kText, "a"), "<1z z><1 a>");
  check(agreed, to_client(kTextStart | kRsv1, "z") + to_client(kLast, "z"), "<1z z(1z z>");
  check(agreed, to_client(kTextStart | kRsv1, "z") + to_client(kLast | kRsv1, "z"), "<1z z! 1002");
}

BOOST_AUTO_TEST_CASE(reserved_opcodes_are_refused) {
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    check(to_client(kFin | opcode), "! 1002");
    check(to_client(opcode), "! 1002");
  }
}

BOOST_AUTO_TEST_CASE(messages_do_not_mix) {
  check(to_client(kLast, "of nothing"), "! 1002");
  check(to_client(kMiddle, "of nothing"), "! 1002");
  check(to_client(kText, "whole") + to_client(kMiddle), "<1 whole>! 1002");
  check(to_client(kTextStart, "a") + to_client(kText, "b"), "<1 a! 1002");
  check(to_client(kTextStart, "a") + to_client(kBinaryStart, "b"), "<1 a! 1002");
}

BOOST_AUTO_TEST_CASE(clients_mask_and_servers_do_not) {
  check({.role = Role::server}, to_client(kText, "a"), "! 1002");
  check({.role = Role::client}, to_server(kText, "a"), "! 1002");
}

BOOST_AUTO_TEST_CASE(lengths_are_as_short_as_they_can_be) {
  check(to_client(kText, std::string(125, 'x'), 3), "! 1002");
  check(to_client(kText, "", 9), "! 1002");
  check(to_client(kText, std::string(126, 'x'), 9), "! 1002");
  check("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, "! 1002");
}

BOOST_AUTO_TEST_CASE(the_top_bit_of_a_length_is_not_set) {
  check("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s, "! 1002");
  check("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s, "! 1002");
  check({.role = Role::client, .max_frame = 10}, "\x82\x7f\x80\x00\x00\x00\x00\x01\x00\x00"s,
        "! 1002");
  check("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, "<2 …");
}

BOOST_AUTO_TEST_CASE(a_frame_has_a_greatest_length) {
  const FrameDecoder::Options options{.role = Role::client, .max_frame = 10};
  check(options, to_client(kText, std::string(10, 'x')), "<1 xxxxxxxxxx>");
  check(options, to_client(kText, std::string(11, 'x')), "! 1009");
  check(options, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, "! 1009");
  check(options, to_client(kPing, std::string(11, 'x')), "[9 xxxxxxxxxxx]");  // not of data
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_at_once) {
  // The first byte says it, with nothing behind it.
  for (const char* bytes : {"\x83", "\x80", "\xf1", "\x09"}) {
    BOOST_TEST(decoded({.role = Role::client}, bytes, 1) == "! 1002");
  }
  BOOST_TEST(decoded({.role = Role::client}, "\x89\x7e", 1) == "! 1002");
  BOOST_TEST(decoded({.role = Role::server}, "\x81\x05", 1) == "! 1002");
}

BOOST_AUTO_TEST_SUITE_END()
