#include "gnet/proxy/proxy_header.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/io/stream.h"
#include "gnet/proxy/crc32c.h"
#include "gnet/proxy/proxy_error.h"

BOOST_AUTO_TEST_SUITE(proxy_header)

using namespace std::string_view_literals;
using namespace std::chrono_literals;
using gnet::SocketAddress;
using gnet::proxy::Decoding;
using gnet::proxy::encode_proxy_header;
using gnet::proxy::ProxyError;
using gnet::proxy::ProxyHeader;
using gnet::proxy::ProxyVersions;

namespace {

SocketAddress at(const std::string& endpoint) {
  return gnet::addresses_of(gnet::Endpoint::parse(endpoint)).front();
}

auto decode(std::string_view bytes, ProxyVersions versions = ProxyVersions::both) {
  return gnet::proxy::decode_proxy_header(bytes, versions);
}

bool is_refused(std::string_view bytes) {
  return decode(bytes).malformed();
}

std::string shown(std::string_view line) {
  const auto header = decode(std::string(line) + "\r\n");
  if (!header.complete()) return "not complete";
  if (header.message.local) return "local";
  return header.message.source.short_name() + " " + header.message.destination.short_name();
}

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;

std::string v2(char command, char family, std::string_view block) {
  std::string bytes(kSignature);
  bytes += command;
  bytes += family;
  bytes += static_cast<char>(block.size() >> 8);
  bytes += static_cast<char>(block.size() & 0xff);
  return bytes += block;
}

constexpr std::string_view kBlock4 = "\x0a\0\0\x01\x0a\0\0\x02\x04\xd2\0\x50"sv;

std::string with_checksum(std::uint32_t flip) {
  std::string bytes = v2(0x21, 0x11, std::string(kBlock4) + std::string("\x03\0\x04\0\0\0\0"sv));
  const std::uint32_t sum = gnet::proxy::detail::crc32c(bytes) ^ flip;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[bytes.size() - 4 + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xff);
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_tells_both_addresses) {
  BOOST_TEST(shown("PROXY TCP4 192.0.2.1 10.0.0.2 5000 80") == "192.0.2.1:5000 10.0.0.2:80");
  BOOST_TEST(shown("PROXY TCP6 2001:db8::1 ::1 5000 80") == "[2001:db8::1]:5000 [::1]:80");
  BOOST_TEST(shown("PROXY TCP4 192.0.2.1 10.0.0.2 0 65535") == "192.0.2.1:0 10.0.0.2:65535");
  BOOST_TEST(shown("PROXY UNKNOWN") == "local");
  BOOST_TEST(shown("PROXY UNKNOWN whatever it says 1 2") == "local");
}

BOOST_AUTO_TEST_CASE(a_line_with_something_impossible_is_refused) {
  for (const auto* line : {"PROXY TCP4 192.0.2.1 10.0.0.2 5000 65536",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 99999 80",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 05000 80",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 +1 80",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 -1 80",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 5000 ",
                           "PROXY TCP4 192.0.2.256 10.0.0.2 1 80",
                           "PROXY TCP4 192.0.2 10.0.0.2 1 80",
                           "PROXY TCP4 ::1 ::2 1 80",
                           "PROXY TCP6 192.0.2.1 10.0.0.2 1 80",
                           "PROXY TCP6 fe80::1%eth0 ::2 1 80",
                           "PROXY TCP4 0.0.0.0 10.0.0.2 1 80",
                           "PROXY TCP4 224.0.0.1 10.0.0.2 1 80",
                           "PROXY TCP4 255.255.255.255 10.0.0.2 1 80",
                           "PROXY TCP6 ff02::1 ::1 1 80",
                           "PROXY TCP6 :: ::1 1 80",
                           "PROXY TCP4",
                           "PROXY ",
                           "PROXY TCP4  192.0.2.1 10.0.0.2 1 80",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 1 80 ",
                           "PROXY TCP4 192.0.2.1 10.0.0.2 1 80 9",
                           "PROXY UDP4 192.0.2.1 10.0.0.2 1 80",
                           "PROXY TCP5 192.0.2.1 10.0.0.2 1 80",
                           "PROXY UNKNOWNS",
                           "PROXY UNKNOWN\t"}) {
    BOOST_TEST(is_refused(std::string(line) + "\r\n"), line);
  }
  BOOST_TEST(is_refused("PROXY UNKNOWN\n"));
  BOOST_TEST(is_refused("PROXY UNKNOWN\rX"));
  BOOST_TEST(is_refused("GET / HTTP/1.1\r\n"));
  BOOST_TEST(is_refused("proxy UNKNOWN\r\n"));
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_107_bytes) {
  const std::string line = "PROXY UNKNOWN ";
  const std::string longest = line + std::string(107 - line.size() - 2, 'x') + "\r\n";
  BOOST_TEST(decode(longest).complete());
  BOOST_TEST(is_refused(line + std::string(107 - line.size() - 1, 'x') + "\r\n"));
  BOOST_TEST(is_refused(line + std::string(107 - line.size(), 'x')));
}

BOOST_AUTO_TEST_CASE(a_binary_header_tells_both_addresses) {
  const auto v4 = decode(v2(0x21, 0x11, kBlock4));
  BOOST_REQUIRE(v4.complete());
  BOOST_TEST(v4.message.source.short_name() == "10.0.0.1:1234");
  BOOST_TEST(v4.message.destination.short_name() == "10.0.0.2:80");
  BOOST_TEST(v4.message.version == 2);
  const auto with_tlv =
      decode(v2(0x21, 0x11, std::string(kBlock4) + "\x02" + std::string("\0\x04host"sv)));
  BOOST_TEST(with_tlv.complete());
  BOOST_TEST(decode(v2(0x20, 0x00, "")).message.local);
  BOOST_TEST(decode(v2(0x20, 0x7f, "anything at all")).message.local);
  BOOST_TEST(decode(v2(0x21, 0x00, "")).message.local);
}

BOOST_AUTO_TEST_CASE(a_binary_header_with_something_impossible_is_refused) {
  BOOST_TEST(is_refused(v2(0x11, 0x11, kBlock4)));  // version 1
  BOOST_TEST(is_refused(v2(0x22, 0x11, kBlock4)));  // a command that there is not
  BOOST_TEST(is_refused(v2(0x21, 0x12, kBlock4)));  // datagrams
  BOOST_TEST(is_refused(v2(0x21, 0x41, kBlock4)));
  BOOST_TEST(is_refused(v2(0x21, 0x21, kBlock4)));  // too short for IPv6
  BOOST_TEST(is_refused(v2(0x21, 0x31, kBlock4)));
  BOOST_TEST(is_refused(v2(0x21, 0x11, kBlock4.substr(1))));
  BOOST_TEST(is_refused(v2(0x21, 0x11, std::string(kBlock4) + "\x02")));
  BOOST_TEST(is_refused(v2(0x21, 0x11, std::string(kBlock4) + std::string("\x02\0\x05host"sv))));
  BOOST_TEST(
      is_refused(v2(0x21, 0x11, std::string("\0\0\0\0"sv) + std::string(kBlock4.substr(4)))));
  BOOST_TEST(is_refused(v2(0x21, 0x11, std::string(5000, 'x'))));
  std::string wrong = v2(0x21, 0x11, kBlock4);
  wrong[11] = 'X';
  BOOST_TEST(is_refused(wrong));
}

BOOST_AUTO_TEST_CASE(a_checksum_has_to_be_right) {
  BOOST_TEST(decode(with_checksum(0)).complete());
  BOOST_TEST(is_refused(with_checksum(1)));
}

BOOST_AUTO_TEST_CASE(only_the_version_that_is_wanted_is_taken) {
  BOOST_TEST(decode("PROXY UNKNOWN\r\n", ProxyVersions::v2).malformed());
  BOOST_TEST(decode(v2(0x20, 0, ""), ProxyVersions::v1).malformed());
  BOOST_TEST(decode("PROXY UNKNOWN\r\n", ProxyVersions::v1).complete());
  BOOST_TEST(decode(v2(0x20, 0, ""), ProxyVersions::v2).complete());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  const std::vector<std::pair<SocketAddress, SocketAddress>> pairs{
      {at("192.0.2.1:5000"), at("10.0.0.2:80")},
      {at("[2001:db8::1]:5000"), at("[::1]:80")},
  };
  for (const auto& [source, destination] : pairs) {
    for (const int version : {1, 2}) {
      const std::string bytes = encode_proxy_header(version, source, destination);
      const auto header = decode(bytes);
      BOOST_REQUIRE(header.complete());
      BOOST_TEST(header.size == bytes.size());
      BOOST_TEST(header.message.version == version);
      BOOST_TEST((header.message.source == source));
      BOOST_TEST((header.message.destination == destination));
    }
  }
  const SocketAddress path = SocketAddress::unix_path("/run/x.sock");
  const SocketAddress name = SocketAddress::unix_path("@name");
  BOOST_TEST((decode(encode_proxy_header(2, path, name)).message.source == path));
  BOOST_TEST((decode(encode_proxy_header(2, path, name)).message.destination == name));
  BOOST_TEST(encode_proxy_header(1, path, name) == "PROXY UNKNOWN\r\n");
  BOOST_TEST(decode(encode_proxy_header(2, path, at("10.0.0.2:80"))).message.local);
  BOOST_CHECK_THROW(static_cast<void>(encode_proxy_header(3, path, path)), std::invalid_argument);
}

// Byte by byte, and by what is asked for: never more than the header.
BOOST_AUTO_TEST_CASE(where_it_is_split_makes_no_difference) {
  for (const std::string& header :
       {std::string("PROXY TCP4 192.0.2.1 10.0.0.2 5000 80\r\n"),
        std::string("PROXY TCP6 2001:db8::1 ::1 5000 80\r\n"), std::string("PROXY UNKNOWN\r\n"),
        std::string("PROXY UNKNOWN a b\r\n"), v2(0x21, 0x11, kBlock4), v2(0x20, 0, ""),
        with_checksum(0)}) {
    for (std::size_t size = 0; size < header.size(); ++size) {
      const auto part = decode(std::string_view(header).substr(0, size));
      BOOST_REQUIRE((part.state == Decoding::incomplete));
      BOOST_REQUIRE(part.size > size);
      BOOST_REQUIRE(part.size <= header.size());
    }
    const auto whole = decode(header + "and more\r\n");
    BOOST_TEST(whole.complete());
    BOOST_TEST(whole.size == header.size());
  }
}

BOOST_AUTO_TEST_CASE(what_is_behind_the_header_stays_in_the_stream) {
  auto [here, there] = gnet::Stream::make_pair();
  there.send_all("PROXY TCP4 192.0.2.1 10.0.0.2 5000 80\r\nhello");
  const ProxyHeader header = read_proxy_header(here, ProxyVersions::both, 5s);
  BOOST_TEST(header.source.short_name() == "192.0.2.1:5000");
  char rest[10];
  BOOST_TEST(std::string_view(rest, here.receive(rest, sizeof rest)) == "hello");
}

BOOST_AUTO_TEST_CASE(a_header_that_is_cut_or_late_or_none_is_an_error) {
  {
    auto [here, there] = gnet::Stream::make_pair();
    there.send_all("PROXY TCP4 192");
    there.shutdown_send();
    BOOST_CHECK_THROW(static_cast<void>(read_proxy_header(here, ProxyVersions::both, 5s)),
                      gnet::ConnectionLost);
  }
  {
    auto [here, there] = gnet::Stream::make_pair();
    there.send_all("PROXY TCP4 192");
    BOOST_CHECK_THROW(static_cast<void>(read_proxy_header(here, ProxyVersions::both, 10ms)),
                      gnet::TimedOut);
  }
  {
    auto [here, there] = gnet::Stream::make_pair();
    there.send_all("GET / HTTP/1.1\r\n\r\n");
    BOOST_CHECK_THROW(static_cast<void>(read_proxy_header(here, ProxyVersions::both, 5s)),
                      ProxyError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
