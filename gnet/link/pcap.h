// A capture file of what went between two sides, for tcpdump -r and Wireshark: the bytes of a
// conversation as the packets of TCP that could have carried them.
//
//   std::string file = pcap_header();
//   PcapConversation conversation(client, server, 1);
//   file += conversation.begin(now);                   // the three packets of a handshake
//   file += conversation.data(Way::forward, "GET / HTTP/1.0\r\n\r\n", now);
//   file += conversation.end(Way::forward, now);       // FIN
//
// The packets are made up, so they are right: every checksum, sequence number and acknowledgement
// fits, and nothing is lost or retransmitted. Sides that are no IP addresses (a unix socket, a
// program) get 127.0.0.1, and all get a port that tells conversations apart where there is none.
//
// The format is the classic one of libpcap, with microseconds, and link type 101 (raw IP).
//
// Threads: a value without locks.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gnet/io/address.h"
#include "gnet/link/way.h"

namespace gnet::link {

// When a packet went, since 1970.
struct PcapTime {
  std::uint32_t seconds = 0;
  std::uint32_t microseconds = 0;

  [[nodiscard]] static PcapTime now() noexcept;
};

// What a file begins with.
[[nodiscard]] std::string pcap_header();

class PcapConversation {
 public:
  // The client is where Way::forward comes from. `number` tells conversations apart.
  PcapConversation(const SocketAddress& client, const SocketAddress& server, std::uint64_t number);

  [[nodiscard]] std::string begin(PcapTime time);
  [[nodiscard]] std::string data(Way way, std::string_view bytes, PcapTime time);
  // Its sender says no more, which the other side acknowledges; or both are cut off.
  [[nodiscard]] std::string end(Way way, PcapTime time);
  [[nodiscard]] std::string reset(Way way, PcapTime time);

 private:
  struct Side {
    std::array<unsigned char, 16> address{};  // IPv6, or IPv4 in the first four bytes
    std::uint16_t port = 0;
    std::uint32_t next = 0;  // its next sequence number
    bool ended = false;
  };

  [[nodiscard]] Side& side(Way sender) noexcept { return sides_[sender == Way::forward ? 0 : 1]; }
  void append(std::string& file, Way way, unsigned flags, std::string_view payload, PcapTime time);

  std::array<Side, 2> sides_;
  bool v6_ = false;
};

}  // namespace gnet::link
