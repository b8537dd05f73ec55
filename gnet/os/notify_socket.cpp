#include "gnet/os/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/io/wait_fd.h"

namespace gnet {
namespace {

constexpr std::size_t kLongest = 4096;

// Room for who sends and for nothing else: the kernel closes descriptors that find none.
constexpr std::size_t kControl = CMSG_SPACE(sizeof(ucred));

std::string bind_to_any_name(int fd) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address.sun_family;  // the kernel chooses
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    throw_errno("cannot bind a unix socket");
  }
  size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw_errno("cannot ask for the name of a unix socket");
  }
  constexpr std::size_t kBefore = offsetof(sockaddr_un, sun_path) + 1;  // and a byte 0
  return "@" + std::string(address.sun_path + 1, size - kBefore);
}

}  // namespace

NotifySocket::NotifySocket()
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  if (!socket_) throw_errno("cannot open a unix socket");
  const int on = 1;
  if (setsockopt(socket_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
    throw_errno("cannot ask who writes to a unix socket");
  }
  address_ = bind_to_any_name(socket_.get());
}

bool NotifySocket::Message::says(std::string_view line) const noexcept {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (rest.substr(0, end) == line) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::optional<NotifySocket::Message> NotifySocket::receive(Deadline deadline) {
  for (;;) {
    std::string text(kLongest, '\0');  // a fiber's stack is small
    alignas(cmsghdr) std::array<char, kControl> control;
    iovec piece{text.data(), text.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t count = recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) throw_errno("cannot receive from a unix socket");
      if (!wait_read(socket_.get(), deadline)) return std::nullopt;
      continue;
    }
    if ((header.msg_flags & MSG_TRUNC) != 0) continue;
    const cmsghdr* const sender = CMSG_FIRSTHDR(&header);
    if (sender == nullptr || sender->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(sender), sizeof credentials);
    text.resize(static_cast<std::size_t>(count));
    return Message{std::move(text), credentials.pid, credentials.uid};
  }
}

}  // namespace gnet
