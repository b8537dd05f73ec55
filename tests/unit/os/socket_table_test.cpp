#include "gnet/os/socket_table.h"

#include <sys/stat.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "gnet/io/datagram.h"
#include "gnet/io/listener.h"

BOOST_AUTO_TEST_SUITE(socket_table)

using gnet::SocketRow;
using gnet::SocketState;
using gnet::Transport;

namespace {

std::uint64_t inode_of(int fd) {
  struct stat status {};
  BOOST_REQUIRE(fstat(fd, &status) == 0);
  return status.st_ino;
}

const SocketRow* find(const std::vector<SocketRow>& rows, std::uint64_t inode) {
  const auto found = std::ranges::find(rows, inode, &SocketRow::inode);
  return found == rows.end() ? nullptr : &*found;
}

// Both ways of asking.
template <typename Check>
void both(const gnet::SocketQuery& query, Check check) {
  check(gnet::list_sockets(query));
  check(gnet::detail::read_sockets(query));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_listener_is_there_with_its_address_and_its_user) {
  gnet::Listener listener("tcp-l://127.0.0.1:0");
  const std::uint64_t inode = inode_of(listener.socket().native_handle());
  const auto port = listener.local_endpoint().port();
  both({}, [&](const std::vector<SocketRow>& rows) {
    const SocketRow* const row = find(rows, inode);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST((row->transport == Transport::tcp));
    BOOST_TEST((row->state == SocketState::listening));
    BOOST_TEST(row->local.short_name() == "127.0.0.1:" + std::to_string(port));
    BOOST_TEST(row->user == geteuid());
  });
  BOOST_TEST(gnet::is_listened_at(port));
  listener.close();
  BOOST_TEST(!gnet::is_listened_at(port));
}

BOOST_AUTO_TEST_CASE(a_socket_of_datagrams_is_there_until_it_is_connected) {
  auto socket = gnet::DatagramSocket::bind("udp-l://127.0.0.1:0");
  const std::uint64_t inode = inode_of(socket.socket().native_handle());
  both({.tcp = false}, [&](const std::vector<SocketRow>& rows) {
    const SocketRow* const row = find(rows, inode);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST((row->transport == Transport::udp));
  });
  auto client = gnet::DatagramSocket::connect(socket.local_endpoint());
  const std::uint64_t connected = inode_of(client.socket().native_handle());
  both({.tcp = false},
       [&](const std::vector<SocketRow>& rows) { BOOST_TEST(find(rows, connected) == nullptr); });
  both({.tcp = false, .all = true}, [&](const std::vector<SocketRow>& rows) {
    const SocketRow* const row = find(rows, connected);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST((row->state == SocketState::established));
    BOOST_TEST(row->peer.short_name() == socket.local_endpoint().short_name());
  });
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_there_by_its_name) {
  gnet::Listener listener("unix-l://@gnet-socket-table-test");
  const std::uint64_t inode = inode_of(listener.socket().native_handle());
  both({.tcp = false, .udp = false, .unix_sockets = true}, [&](const std::vector<SocketRow>& rows) {
    const SocketRow* const row = find(rows, inode);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST((row->transport == Transport::unix_stream));
    BOOST_TEST(row->local.path() == "@gnet-socket-table-test");
  });
  both({}, [&](const std::vector<SocketRow>& rows) { BOOST_TEST(find(rows, inode) == nullptr); });
}

BOOST_AUTO_TEST_CASE(tables_of_proc_are_read) {
  const auto rows = gnet::detail::parse_ip_sockets(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 "
      "4711 1 0000000000000000 100 0 0 10 0\n"
      "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4712 1\n",
      Transport::tcp);
  BOOST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0].local.short_name() == "127.0.0.1:8080");
  BOOST_TEST((rows[0].state == SocketState::listening));
  BOOST_TEST(rows[0].user == 1000U);
  BOOST_TEST(rows[0].inode == 4711U);
  BOOST_TEST(rows[0].queued == 3U);
  BOOST_TEST(rows[1].local.short_name() == "[::1]:80");
  const auto named = gnet::detail::parse_unix_sockets(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 19044 /run/a b.sock\n"
      "0000000000000000: 00000003 00000000 00000000 0002 01 19045\n"
      "0000000000000000: 00000003 00000000 00010000 0005 01 19046 @name\n");
  BOOST_REQUIRE(named.size() == 3U);
  BOOST_TEST(named[0].local.path() == "/run/a b.sock");
  BOOST_TEST((named[0].state == SocketState::listening));
  BOOST_TEST((named[1].transport == Transport::unix_datagram));
  BOOST_TEST(named[1].local.path() == "");
  BOOST_TEST(named[2].local.path() == "@name");
}

BOOST_AUTO_TEST_CASE(tables_that_make_no_sense_have_no_rows) {
  const std::string line =
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "
      "4711 1\n";
  for (std::size_t size = 0; size <= line.size(); ++size) {
    const auto rows =
        gnet::detail::parse_ip_sockets("head\n" + line.substr(0, size), Transport::tcp);
    BOOST_TEST(rows.size() <= 1U);
    const auto named = gnet::detail::parse_unix_sockets("head\n" + line.substr(0, size));
    BOOST_TEST(named.empty());
  }
  for (const char* table : {"", "\n", "no line end", "\n\n\n", "head\n:::: zz zz\n",
                            "head\n 0: 0100007F:1F90x 0:0 0A 0:0 0:0 0 1000 0 1 1\n"}) {
    BOOST_TEST(gnet::detail::parse_ip_sockets(table, Transport::tcp).empty());
    BOOST_TEST(gnet::detail::parse_unix_sockets(table).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
