#include "gnet/io/address.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "gnet/io/datagram.h"
#include "gnet/io/endpoint.h"

BOOST_AUTO_TEST_SUITE(address)

using namespace gnet;
using asio::ip::make_address;

namespace {

// As long as every idle connection holds one.
static_assert(sizeof(SocketAddress) <= 40);
static_assert(std::is_nothrow_copy_constructible_v<SocketAddress>);
static_assert(std::is_nothrow_move_constructible_v<SocketAddress>);

SocketAddress ip(const char* address, std::uint16_t port = 80) {
  return {make_address(address), port};
}

// What the kernel tells of a unix socket whose name has these bytes.
SocketAddress unix_name(std::string_view bytes) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, bytes.data(), bytes.size());
  return {reinterpret_cast<const sockaddr*>(&local),
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + bytes.size())};
}

bool comes_back(const SocketAddress& address) {
  return SocketAddress(address.raw()) == address;
}

}  // namespace

BOOST_AUTO_TEST_CASE(none_is_of_no_family) {
  const SocketAddress none;
  BOOST_TEST(none.family() == AF_UNSPEC);
  BOOST_TEST(!none.is_unix());
  BOOST_TEST(!none.ip().has_value());
  BOOST_TEST(none.port() == 0);
  BOOST_TEST(none.short_name() == "");
  BOOST_TEST(none.raw().size == 0U);
  BOOST_TEST(comes_back(none));
  BOOST_CHECK_THROW(static_cast<void>(none.endpoint(Transport::tcp)), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_has_a_port) {
  const SocketAddress address = ip("192.0.2.1", 53144);
  BOOST_TEST(address.family() == AF_INET);
  BOOST_TEST((address.ip() == make_address("192.0.2.1")));
  BOOST_TEST(address.port() == 53144);
  BOOST_TEST(address.path() == "");
  BOOST_TEST(address.short_name() == "192.0.2.1:53144");
  BOOST_TEST(address.endpoint(Transport::udp).url() == "udp://192.0.2.1:53144");
}

BOOST_AUTO_TEST_CASE(ipv4_inside_ipv6_is_ipv4_but_for_the_kernel) {
  const SocketAddress address = ip("::ffff:192.0.2.1");
  BOOST_TEST(address.family() == AF_INET6);
  BOOST_TEST((address.ip() == make_address("192.0.2.1")));
  BOOST_TEST(address.short_name() == "192.0.2.1:80");
  BOOST_TEST(address.endpoint(Transport::tcp).url() == "tcp://192.0.2.1:80");
  BOOST_TEST(address.raw().storage.ss_family == AF_INET6);
  BOOST_TEST((address != ip("192.0.2.1")));
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_may_be_of_one_interface) {
  BOOST_TEST(ip("2001:db8::1").short_name() == "[2001:db8::1]:80");
  asio::ip::address_v6 local = make_address("fe80::1").to_v6();
  local.scope_id(::if_nametoindex("lo"));
  const SocketAddress address(local, 80);
  BOOST_TEST((address.ip() == asio::ip::address(local)));
  BOOST_TEST(address.short_name() == "[fe80::1%25lo]:80");
  BOOST_TEST((address != ip("fe80::1")));
  BOOST_TEST(comes_back(address));
}

BOOST_AUTO_TEST_CASE(a_nameless_unix_socket_has_a_family_only) {
  const SocketAddress address = unix_name("");
  BOOST_TEST(address.is_unix());
  BOOST_TEST(!address.ip().has_value());
  BOOST_TEST(address.port() == 0);
  BOOST_TEST(address.path() == "");
  BOOST_TEST(address.short_name() == "");
  BOOST_TEST(address.endpoint(Transport::tcp).to_string() == "unix://");
  BOOST_TEST(address.raw().size == sizeof(sa_family_t));
  BOOST_TEST((address == SocketAddress::unix_path("")));
}

BOOST_AUTO_TEST_CASE(a_unix_path_ends_at_its_terminator) {
  const SocketAddress address = unix_name(std::string_view("/run/x\0\0\0", 9));
  BOOST_TEST(address.path() == "/run/x");
  BOOST_TEST(address.short_name() == "/run/x");
  BOOST_TEST((address == SocketAddress::unix_path("/run/x")));
  BOOST_TEST(address.raw().size == offsetof(sockaddr_un, sun_path) + 7);
  BOOST_TEST(address.endpoint(Transport::tcp).url() == "unix:///run/x");
  BOOST_TEST(address.endpoint(Transport::udp).url() == "unixgram:///run/x");
  BOOST_TEST(address.endpoint(Transport::unix_seqpacket).url() == "unixpacket:///run/x");
}

BOOST_AUTO_TEST_CASE(the_kernel_knows_a_path_without_room_for_a_terminator) {
  const std::string path(sizeof(sockaddr_un::sun_path), 'x');
  const SocketAddress address = unix_name(path);
  BOOST_TEST(address.path() == path);
  BOOST_TEST(comes_back(address));
  BOOST_CHECK_THROW(static_cast<void>(SocketAddress::unix_path(path)), std::invalid_argument);
  BOOST_TEST(comes_back(SocketAddress::unix_path(path.substr(1))));
}

BOOST_AUTO_TEST_CASE(of_an_abstract_name_every_byte_counts) {
  const SocketAddress address = unix_name(std::string_view("\0a\0b", 4));
  BOOST_TEST(address.path() == std::string_view("@a\0b", 4));
  BOOST_TEST((address == SocketAddress::unix_path(std::string_view("@a\0b", 4))));
  BOOST_TEST(address.raw().size == offsetof(sockaddr_un, sun_path) + 4);
  BOOST_TEST(unix_name(std::string_view("\0n", 2)).endpoint(Transport::tcp).url() ==
             "abstract://n");
  // A file may be named so too; it is another one.
  BOOST_TEST((unix_name("@n") != unix_name(std::string_view("\0n", 2))));
}

BOOST_AUTO_TEST_CASE(they_come_back_from_what_system_calls_take) {
  for (const SocketAddress& address :
       {ip("127.0.0.1", 0), ip("255.255.255.255", 65535), ip("::"), ip("2001:db8::1"),
        ip("::ffff:10.0.0.1"), unix_name(""), unix_name("./x"), unix_name("@n"),
        unix_name(std::string_view("\0n", 2)), unix_name(std::string_view("\0", 1))}) {
    BOOST_TEST(comes_back(address), address.short_name());
  }
}

BOOST_AUTO_TEST_CASE(the_kernel_takes_what_it_told) {
  auto one = DatagramSocket::bind("udp-l://127.0.0.1:0");
  auto other = DatagramSocket::bind("udp-l://127.0.0.1:0");
  const SocketAddress to = addresses_of(one.local_endpoint()).front();
  other.send("x", to);
  SocketAddress from;
  char byte = 0;
  BOOST_TEST(one.receive(&byte, 1, from).value() == 1U);
  BOOST_TEST((from.endpoint(Transport::udp) == other.local_endpoint()));
  BOOST_TEST((from == addresses_of(other.local_endpoint()).front()));
}

BOOST_AUTO_TEST_CASE(what_is_cut_short_is_no_address) {
  const RawAddress whole = ip("192.0.2.1").raw();
  BOOST_TEST((SocketAddress(whole.data(), whole.size - 1) == SocketAddress()));
  BOOST_TEST((SocketAddress(whole.data(), 1) == SocketAddress()));
  BOOST_TEST((SocketAddress(nullptr, 0) == SocketAddress()));
  const RawAddress six = ip("::1").raw();
  BOOST_TEST((SocketAddress(six.data(), six.size - 1) == SocketAddress()));
}

BOOST_AUTO_TEST_CASE(of_another_family_nothing_else_is_known) {
  sockaddr unknown{};
  unknown.sa_family = AF_PACKET;
  const SocketAddress address(&unknown, sizeof unknown);
  BOOST_TEST(address.family() == AF_PACKET);
  BOOST_TEST(!address.ip().has_value());
  BOOST_TEST(address.raw().size == 0U);
  BOOST_CHECK_THROW(static_cast<void>(address.endpoint(Transport::tcp)), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(they_have_an_order) {
  BOOST_TEST((ip("10.0.0.1", 9) < ip("10.0.0.2", 1)));
  BOOST_TEST((ip("10.0.0.1", 1) < ip("10.0.0.1", 9)));
  BOOST_TEST((unix_name("") < ip("0.0.0.0")));
  BOOST_TEST((ip("255.0.0.1") < ip("::1")));
  BOOST_TEST((unix_name("a") < unix_name("b")));
  BOOST_TEST(((unix_name("a") <=> SocketAddress::unix_path("a")) == 0));
}

BOOST_AUTO_TEST_CASE(a_path_with_a_nul_byte_is_refused) {
  using namespace std::string_literals;
  BOOST_CHECK_THROW(static_cast<void>(gnet::SocketAddress::unix_path("/tmp/a\0b"s)),
                    std::invalid_argument);
  BOOST_CHECK_NO_THROW(static_cast<void>(gnet::SocketAddress::unix_path("@a\0b"s)));
}

BOOST_AUTO_TEST_SUITE_END()
