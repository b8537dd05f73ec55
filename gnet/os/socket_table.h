// The sockets of this machine, or of this container: what the kernel lists for its network
// namespace.
//
//   for (const gnet::SocketRow& row : gnet::list_sockets({.udp = false})) {
//     fmt::print("{} is listened at\n", row.local.short_name());
//   }
//   if (gnet::is_listened_at(8080)) …
//
// It is asked over netlink, see sock_diag(7), which needs no rights; where that is not to be had,
// /proc/net says the same.
//
// Threads: any. Nothing suspends: the kernel answers at once.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "gnet/io/address.h"
#include "gnet/io/endpoint.h"

namespace gnet {

// As the kernel numbers them.
enum class SocketState : std::uint8_t {
  unknown,
  established,
  syn_sent,
  syn_received,
  fin_wait1,
  fin_wait2,
  time_wait,
  closed,  // of a datagram socket: bound, and connected to nobody
  close_wait,
  last_ack,
  listening,
  closing,
  new_syn_received,
};

// "listening", "time-wait".
[[nodiscard]] std::string_view to_string(SocketState state) noexcept;

struct SocketRow {
  Transport transport = Transport::tcp;  // tcp, udp, or one of the three of unix
  SocketState state = SocketState::unknown;
  SocketAddress local = {};
  SocketAddress peer = {};   // no address where there is none
  bool takes_both = false;   // of [::]: IPv4 comes to it as well
  uid_t user = 0;            // who has made it
  std::uint64_t inode = 0;   // 0: it belongs to no process any more
  std::uint32_t queued = 0;  // connections to be accepted, or bytes to be read
};

// Which ones.
struct SocketQuery {
  bool tcp = true;
  bool udp = true;
  bool unix_sockets = false;
  bool all = false;  // those that are connected, too; else only what listens or can be sent to
};

// In order of their transport and address. Throws SystemError when neither way is open.
[[nodiscard]] std::vector<SocketRow> list_sockets(const SocketQuery& query = {});

// Whether some socket listens at that port of TCP, at whatever address. Throws as list_sockets().
[[nodiscard]] bool is_listened_at(std::uint16_t port);

namespace detail {

// What /proc/net/tcp, tcp6, udp and udp6 have, and /proc/net/unix. Lines that make no sense are
// left out.
[[nodiscard]] std::vector<SocketRow> parse_ip_sockets(std::string_view table, Transport transport);
[[nodiscard]] std::vector<SocketRow> parse_unix_sockets(std::string_view table);

// The same as list_sockets(), by /proc/net alone.
[[nodiscard]] std::vector<SocketRow> read_sockets(const SocketQuery& query);

}  // namespace detail

}  // namespace gnet
