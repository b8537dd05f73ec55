#include "gnet/link/pcap.h"

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(pcap)

using gnet::SocketAddress;
using gnet::link::PcapConversation;
using gnet::link::Way;

namespace {

SocketAddress at(const char* address, std::uint16_t port) {
  return {asio::ip::make_address(address), port};
}

std::uint32_t native32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

unsigned byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
unsigned big16(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) << 8 | byte(bytes, at + 1);
}
std::uint32_t big32(std::string_view bytes, std::size_t at) {
  return std::uint32_t{big16(bytes, at)} << 16 | big16(bytes, at + 2);
}

// What a receiver does (RFC 1071): with the checksum in it everything adds up to all ones.
unsigned ones_sum(std::string_view bytes) {
  unsigned long sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? byte(bytes, i) * 256UL : byte(bytes, i);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<unsigned>(sum);
}

struct Packet {
  std::string from;
  unsigned from_port = 0;
  std::string to;
  unsigned to_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  unsigned flags = 0;
  std::string payload;
  std::uint32_t seconds = 0;
};

// Reads one packet as a stack would, checking all that it would check.
Packet read_packet(std::string_view data, std::uint32_t seconds) {
  Packet packet;
  packet.seconds = seconds;
  const bool v4 = byte(data, 0) >> 4 == 4;
  std::string pseudo;
  if (v4) {
    BOOST_TEST(byte(data, 0) == 0x45U);
    BOOST_TEST(big16(data, 2) == data.size());
    BOOST_TEST(byte(data, 9) == 6U);
    BOOST_TEST(ones_sum(data.substr(0, 20)) == 0xffffU);
    packet.from = data.substr(12, 4);
    packet.to = data.substr(16, 4);
    data.remove_prefix(20);
  } else {
    BOOST_TEST((byte(data, 0) >> 4) == 6U);
    BOOST_TEST(big16(data, 4) == data.size() - 40);
    BOOST_TEST(byte(data, 6) == 6U);
    packet.from = data.substr(8, 16);
    packet.to = data.substr(24, 16);
    data.remove_prefix(40);
  }
  pseudo = packet.from + packet.to + std::string("\0\6", 2);
  pseudo += {static_cast<char>(data.size() >> 8), static_cast<char>(data.size())};
  BOOST_TEST(ones_sum(pseudo + std::string(data)) == 0xffffU);
  packet.from_port = big16(data, 0);
  packet.to_port = big16(data, 2);
  packet.sequence = big32(data, 4);
  packet.acknowledged = big32(data, 8);
  BOOST_TEST((byte(data, 12) >> 4) == 5U);
  packet.flags = byte(data, 13);
  packet.payload = data.substr(20);
  return packet;
}

std::vector<Packet> read_packets(std::string_view file) {
  std::vector<Packet> packets;
  while (!file.empty()) {
    BOOST_REQUIRE(file.size() >= 16U);
    const std::uint32_t size = native32(file, 8);
    BOOST_TEST(native32(file, 12) == size);
    BOOST_REQUIRE(file.size() >= 16 + size);
    packets.push_back(read_packet(file.substr(16, size), native32(file, 0)));
    file.remove_prefix(16 + size);
  }
  return packets;
}

constexpr unsigned kFin = 1;
constexpr unsigned kSyn = 2;
constexpr unsigned kRst = 4;
constexpr unsigned kPush = 8;
constexpr unsigned kAck = 16;

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_begins_as_libpcap_has_it) {
  const std::string header = gnet::link::pcap_header();
  BOOST_REQUIRE(header.size() == 24U);
  BOOST_TEST(native32(header, 0) == 0xa1b2c3d4U);
  BOOST_TEST(native32(header, 20) == 101U);  // raw IP
}

BOOST_AUTO_TEST_CASE(a_conversation_adds_up_from_its_handshake_to_its_end) {
  PcapConversation conversation(at("192.0.2.1", 40000), at("192.0.2.2", 80), 1);
  std::string file = conversation.begin({100, 1});
  file += conversation.data(Way::forward, "question", {101, 2});
  file += conversation.data(Way::backward, "odd", {102, 3});
  file += conversation.end(Way::forward, {103, 4});
  file += conversation.end(Way::backward, {104, 5});
  const auto packets = read_packets(file);
  BOOST_REQUIRE(packets.size() == 11U);

  std::vector<unsigned> flags;
  for (const auto& packet : packets) flags.push_back(packet.flags);
  const std::vector<unsigned> expected = {kSyn, kSyn | kAck, kAck, kAck | kPush, kAck, kAck | kPush,
                                          kAck, kFin | kAck, kAck, kFin | kAck,  kAck};
  BOOST_TEST(flags == expected, boost::test_tools::per_element());
  BOOST_TEST(packets[0].from_port == 40000U);
  BOOST_TEST(packets[0].to_port == 80U);
  BOOST_TEST(packets[1].from_port == 80U);
  BOOST_TEST(packets[3].payload == "question");
  BOOST_TEST(packets[5].payload == "odd");
  BOOST_TEST(packets[3].seconds == 101U);

  // Each sequence number follows from what its sender has said, each acknowledgement from what the
  // other has.
  std::uint32_t next[2] = {packets[0].sequence, packets[1].sequence};
  for (const auto& packet : packets) {
    const int sender = packet.from_port == 40000 ? 0 : 1;
    BOOST_TEST(packet.sequence == next[sender]);
    next[sender] += static_cast<std::uint32_t>(packet.payload.size());
    if ((packet.flags & (kSyn | kFin)) != 0) ++next[sender];
    if ((packet.flags & kAck) != 0) BOOST_TEST(packet.acknowledged == next[1 - sender]);
  }
}

BOOST_AUTO_TEST_CASE(what_is_long_goes_in_several_packets) {
  PcapConversation conversation(at("::1", 40000), at("::1", 80), 1);
  const std::string data(200'001, 'x');
  std::string all;
  for (const auto& packet : read_packets(conversation.data(Way::forward, data, {}))) {
    all += packet.payload;
  }
  BOOST_TEST((all == data));
}

BOOST_AUTO_TEST_CASE(addresses_of_both_families_and_of_neither_are_carried) {
  PcapConversation mixed(at("192.0.2.1", 40000), at("2001:db8::2", 80), 1);
  const auto packet = read_packets(mixed.begin({})).front();
  BOOST_TEST((packet.from == std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16)));
  BOOST_TEST(packet.to.substr(0, 4) == "\x20\x01\x0d\xb8");

  // Programs and unix sockets have no ports: the number of the conversation makes them.
  PcapConversation first({}, SocketAddress::unix_path("@x"), 1);
  PcapConversation second({}, SocketAddress::unix_path("@x"), 2);
  const auto one = read_packets(first.begin({})).front();
  const auto other = read_packets(second.begin({})).front();
  BOOST_TEST((one.from == std::string("\x7f\0\0\1", 4)));
  BOOST_TEST(one.from_port != other.from_port);
}

BOOST_AUTO_TEST_CASE(an_end_is_told_once_and_a_reset_is_one) {
  PcapConversation conversation(at("192.0.2.1", 40000), at("192.0.2.2", 80), 1);
  BOOST_TEST(read_packets(conversation.end(Way::forward, {})).size() == 2U);
  BOOST_TEST(conversation.end(Way::forward, {}).empty());
  const auto packets = read_packets(conversation.reset(Way::backward, {}));
  BOOST_REQUIRE(packets.size() == 1U);
  BOOST_TEST(packets[0].flags == (kRst | kAck));
  BOOST_TEST(conversation.reset(Way::forward, {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
