#include "gnet/link/pcap.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace gnet::link {
namespace {

constexpr std::uint32_t kMagic =
    0xa1b2c3d4;                        // classic, microseconds, in the byte order of the host
constexpr std::uint32_t kRawIP = 101;  // LINKTYPE_RAW
constexpr std::uint32_t kSnapLength = 262144;

// Of a packet, so that its length fits into 16 bits together with the headers.
constexpr std::size_t kMostPayload = 60000;

constexpr std::size_t kTCPHeader = 20;
constexpr unsigned kFin = 0x01;
constexpr unsigned kSyn = 0x02;
constexpr unsigned kRst = 0x04;
constexpr unsigned kPush = 0x08;
constexpr unsigned kAck = 0x10;
constexpr std::uint16_t kWindow = 65535;

// Where no side has a number of its own: each its own begin, so that a mix-up would be seen.
constexpr std::uint32_t kFirstOfClient = 1000;
constexpr std::uint32_t kFirstOfServer = 2000000000;

void put16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

// As the host has it, which the magic number tells.
template <typename Integer>
void put_native(std::string& out, Integer value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// RFC 1071: adds up what the checksum is of.
std::uint32_t sum_of(std::string_view bytes, std::uint32_t sum = 0) noexcept {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = static_cast<unsigned char>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0U;
    sum += (std::uint32_t{high} << 8) | low;
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

void put_checksum(std::string& packet, std::size_t at, std::uint32_t sum) {
  const std::uint32_t checksum = ~sum & 0xffff;
  packet[at] = static_cast<char>(checksum >> 8);
  packet[at + 1] = static_cast<char>(checksum);
}

template <std::size_t N>
std::string_view bytes_of(const std::array<unsigned char, N>& address, std::size_t size) {
  return {reinterpret_cast<const char*>(address.data()), size};
}

// The IPv4 address of a side, if it has one; mapped ones too.
bool take_v4(const SocketAddress& from, std::array<unsigned char, 16>& address) {
  const RawAddress raw = from.raw();
  if (raw.size == 0 || from.is_unix()) {
    address = {127, 0, 0, 1};
    return true;
  }
  if (from.family() == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(raw.data());
    std::memcpy(address.data(), &v4->sin_addr, 4);
    return true;
  }
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(raw.data());
  if (!IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return false;
  std::memcpy(address.data(), v6->sin6_addr.s6_addr + 12, 4);
  return true;
}

void take_v6(const SocketAddress& from, std::array<unsigned char, 16>& address) {
  std::array<unsigned char, 16> v4{};
  if (take_v4(from, v4)) {
    address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, v4[0], v4[1], v4[2], v4[3]};
    return;
  }
  const RawAddress raw = from.raw();
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(raw.data());
  std::memcpy(address.data(), v6->sin6_addr.s6_addr, 16);
}

std::uint16_t port_of(const SocketAddress& address, std::uint64_t number, std::uint16_t first) {
  if (address.port() != 0) return address.port();
  return static_cast<std::uint16_t>(first + number % 16384);
}

}  // namespace

PcapTime PcapTime::now() noexcept {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {static_cast<std::uint32_t>(time.tv_sec), static_cast<std::uint32_t>(time.tv_nsec / 1000)};
}

std::string pcap_header() {
  std::string header;
  put_native(header, kMagic);
  put_native(header, std::uint16_t{2});
  put_native(header, std::uint16_t{4});
  put_native(header, std::uint32_t{0});  // the time zone: UTC
  put_native(header, std::uint32_t{0});  // the accuracy, which everybody leaves at 0
  put_native(header, kSnapLength);
  put_native(header, kRawIP);
  return header;
}

PcapConversation::PcapConversation(const SocketAddress& client, const SocketAddress& server,
                                   std::uint64_t number) {
  v6_ = !take_v4(client, sides_[0].address) || !take_v4(server, sides_[1].address);
  if (v6_) {
    take_v6(client, sides_[0].address);
    take_v6(server, sides_[1].address);
  }
  sides_[0].port = port_of(client, number, 49152);
  sides_[1].port = port_of(server, number, 32768);
  sides_[0].next = kFirstOfClient;
  sides_[1].next = kFirstOfServer;
}

std::string PcapConversation::begin(PcapTime time) {
  std::string file;
  append(file, Way::forward, kSyn, {}, time);
  append(file, Way::backward, kSyn | kAck, {}, time);
  append(file, Way::forward, kAck, {}, time);
  return file;
}

std::string PcapConversation::data(Way way, std::string_view bytes, PcapTime time) {
  std::string file;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kMostPayload);
    bytes.remove_prefix(piece.size());
    append(file, way, kAck | kPush, piece, time);
  }
  if (!file.empty()) append(file, opposite(way), kAck, {}, time);
  return file;
}

std::string PcapConversation::end(Way way, PcapTime time) {
  std::string file;
  if (side(way).ended) return file;
  append(file, way, kFin | kAck, {}, time);
  append(file, opposite(way), kAck, {}, time);
  return file;
}

std::string PcapConversation::reset(Way way, PcapTime time) {
  std::string file;
  if (side(way).ended && side(opposite(way)).ended) return file;
  append(file, way, kRst | kAck, {}, time);
  sides_[0].ended = sides_[1].ended = true;
  return file;
}

void PcapConversation::append(std::string& file, Way way, unsigned flags, std::string_view payload,
                              PcapTime time) {
  Side& from = side(way);
  const Side& to = side(opposite(way));
  const std::size_t tcp_size = kTCPHeader + payload.size();
  const std::size_t address_size = v6_ ? 16 : 4;

  std::string addresses(bytes_of(from.address, address_size));
  addresses += bytes_of(to.address, address_size);

  std::string packet;
  if (v6_) {
    put32(packet, 0x60000000);
    put16(packet, static_cast<std::uint32_t>(tcp_size));
    packet += {static_cast<char>(IPPROTO_TCP), 64};
    packet += addresses;
  } else {
    put16(packet, 0x4500);
    put16(packet, static_cast<std::uint32_t>(20 + tcp_size));
    put16(packet, 0);
    put16(packet, 0x4000);  // not to be fragmented
    packet += {64, static_cast<char>(IPPROTO_TCP)};
    put16(packet, 0);
    packet += addresses;
    put_checksum(packet, 10, sum_of(packet));
  }

  const std::size_t tcp = packet.size();
  put16(packet, from.port);
  put16(packet, to.port);
  put32(packet, from.next);
  put32(packet, (flags & kAck) != 0 ? to.next : 0);
  put16(packet, (kTCPHeader / 4) << 12 | flags);
  put16(packet, kWindow);
  put32(packet, 0);  // the checksum, and no urgent data
  packet += payload;
  // The pseudo header: both give the same sum (RFC 9293 §3.1, RFC 8200 §8.1).
  const std::uint32_t pseudo =
      sum_of(addresses, static_cast<std::uint32_t>(IPPROTO_TCP + tcp_size));
  put_checksum(packet, tcp + 16, sum_of(std::string_view(packet).substr(tcp), pseudo));

  put_native(file, time.seconds);
  put_native(file, time.microseconds);
  put_native(file, static_cast<std::uint32_t>(packet.size()));
  put_native(file, static_cast<std::uint32_t>(packet.size()));
  file += packet;

  from.next += static_cast<std::uint32_t>(payload.size());
  if ((flags & (kSyn | kFin)) != 0) ++from.next;
  if ((flags & kFin) != 0) from.ended = true;
}

}  // namespace gnet::link
