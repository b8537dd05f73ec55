#include "gnet/io/packet_info.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <asio/ip/address.hpp>
#include <cerrno>
#include <cstring>

namespace gnet::detail {
namespace {

constexpr std::size_t kRoom = CMSG_SPACE(sizeof(in6_pktinfo));

// For both families as the kernel has it in its messages of level and type.
struct Kind {
  int level;
  int type;
};

Kind kind_of(std::size_t size) noexcept {
  return size == sizeof(in_pktinfo) ? Kind{IPPROTO_IP, IP_PKTINFO}
                                    : Kind{IPPROTO_IPV6, IPV6_PKTINFO};
}

// The source was refused, perhaps because the address has gone since, or is one of many receivers.
bool is_of_source(int error) noexcept {
  return error == EINVAL || error == EADDRNOTAVAIL || error == ENETUNREACH;
}

ssize_t send_from(int fd, std::string_view data, const SocketAddress* peer,
                  const std::string* info) noexcept {
  RawAddress to = peer != nullptr ? peer->raw() : RawAddress{.size = 0};
  iovec part{const_cast<char*>(data.data()), data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (to.size > 0) {
    message.msg_name = to.data();
    message.msg_namelen = to.size;
  }
  alignas(cmsghdr) char control[kRoom] = {};
  if (info != nullptr) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(info->size());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    const Kind kind = kind_of(info->size());
    header->cmsg_level = kind.level;
    header->cmsg_type = kind.type;
    header->cmsg_len = CMSG_LEN(info->size());
    std::memcpy(CMSG_DATA(header), info->data(), info->size());
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

}  // namespace

void PacketInfo::ask(int fd) noexcept {
  RawAddress bound;
  if (getsockname(fd, bound.data(), &bound.size) != 0) return;
  const SocketAddress local(bound);
  const auto address = local.ip();
  if (!address || !address->is_unspecified()) return;
  const int on = 1;
  const bool v4 = local.family() == AF_INET;
  asks_ = setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on,
                     sizeof on) == 0;
}

ssize_t PacketInfo::receive(int fd, void* buffer, std::size_t size, SocketAddress& peer) {
  RawAddress from;
  iovec part{buffer, size};
  alignas(cmsghdr) char control[kRoom];
  msghdr message{};
  message.msg_name = from.data();
  message.msg_namelen = from.size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = asks_ ? control : nullptr;
  message.msg_controllen = asks_ ? sizeof control : 0;
  // MSG_TRUNC: the full size, also of what did not fit.
  const ssize_t count = recvmsg(fd, &message, MSG_TRUNC);
  if (count < 0) return count;
  from.size = message.msg_namelen;
  peer = SocketAddress(from);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      // The local address also of what was sent to many. The route out may be another than that in.
      const in_pktinfo back{.ipi_ifindex = 0, .ipi_spec_dst = info.ipi_spec_dst, .ipi_addr = {}};
      remember(&back, sizeof back, peer);
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;
      if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
      remember(&info, sizeof info, peer);
    }
  }
  return count;
}

void PacketInfo::remember(const void* info, std::size_t size, SocketAddress& peer) {
  const std::string_view bytes(static_cast<const char*>(info), size);
  if (!last_ || *last_ != bytes) last_ = std::make_shared<const std::string>(bytes);
  peer.packet_info(last_);
}

ssize_t PacketInfo::send(int fd, std::string_view data, const SocketAddress* peer) const {
  const std::string* const info = asks_ && peer != nullptr ? peer->packet_info() : nullptr;
  const ssize_t count = send_from(fd, data, peer, info);
  if (count >= 0 || info == nullptr || !is_of_source(errno)) return count;
  return send_from(fd, data, peer, nullptr);
}

}  // namespace gnet::detail
