// At which of its own addresses a datagram socket was asked.
//
// A socket of all interfaces answers from the address that the route prefers, and who has asked
// another waits in vain. So the kernel tells with each datagram where it was sent to, the peer's
// SocketAddress carries that, and an answer to the peer leaves from there.
//
// Threads: as the socket.

#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "gnet/io/address.h"

namespace gnet::detail {

class PacketInfo {
 public:
  // Has the kernel tell it, if the socket is of all interfaces.
  void ask(int fd) noexcept;

  // As recvfrom() with MSG_TRUNC, and sendto(): -1 and errno.
  ssize_t receive(int fd, void* buffer, std::size_t size, SocketAddress& peer);
  [[nodiscard]] ssize_t send(int fd, std::string_view data, const SocketAddress* peer) const;

 private:
  void remember(const void* info, std::size_t size, SocketAddress& peer);

  bool asks_ = false;
  std::shared_ptr<const std::string> last_;  // most datagrams come to the same address
};

}  // namespace gnet::detail
