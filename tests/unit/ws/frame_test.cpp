#include "gnet/ws/frame.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "tests/unit/ws/frames.h"

BOOST_AUTO_TEST_SUITE(frame)

using gnet::ws::FrameHead;
using gnet::ws::Opcode;
using namespace std::literals;

BOOST_AUTO_TEST_CASE(the_examples_of_the_standard) {
  BOOST_TEST(FrameHead({.opcode = Opcode::text, .size = 5}).bytes() == "\x81\x05");
  BOOST_TEST(
      FrameHead(
          {.opcode = Opcode::text, .size = 5, .mask = gnet::ws::MaskKey{0x37, 0xfa, 0x21, 0x3d}})
          .bytes() == "\x81\x85\x37\xfa\x21\x3d");
  BOOST_TEST(FrameHead({.opcode = Opcode::text, .fin = false, .size = 3}).bytes() == "\x01\x03");
  BOOST_TEST(FrameHead({.opcode = Opcode::continuation, .size = 2}).bytes() == "\x80\x02");
  BOOST_TEST(FrameHead({.opcode = Opcode::ping, .size = 5}).bytes() == "\x89\x05");
  BOOST_TEST(FrameHead({.opcode = Opcode::binary, .size = 256}).bytes() == "\x82\x7e\x01\x00"sv);
  BOOST_TEST(FrameHead({.opcode = Opcode::binary, .size = 65536}).bytes() ==
             "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
  BOOST_TEST(FrameHead({.opcode = Opcode::text, .compressed = true, .size = 7}).bytes() ==
             "\xc1\x07");
}

BOOST_AUTO_TEST_CASE(lengths_are_as_short_as_they_can_be) {
  for (const std::uint64_t size : {0ULL, 125ULL, 126ULL, 65535ULL, 65536ULL, (1ULL << 63U) - 1}) {
    BOOST_TEST(FrameHead({.size = size}).bytes() == "\x82" + length_of(size, false));
  }
  BOOST_TEST(FrameHead({.size = 1U << 20U, .mask = gnet::ws::MaskKey{}}).bytes().size() == 14U);
}

BOOST_AUTO_TEST_SUITE_END()
