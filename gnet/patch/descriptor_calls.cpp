// Reading and writing.
//
// A socket is tried without blocking, MSG_DONTWAIT, before anybody waits: a call that need not
// wait costs what it does in libc. Other files have no such thing: they are asked for first.

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <new>
#include <vector>

#include "gnet/patch/call_waits.h"
#include "gnet/patch/original.h"
#include "gnet/patch/quiet_wait.h"

namespace gnet::patch {
namespace {

template <typename Call>
ssize_t uninterrupted(Call call) noexcept {
  ssize_t result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

std::size_t size_of(const iovec* parts, std::size_t count) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += parts[i].iov_len;
  return size;
}

// What follows the first bytes of a message.
class Rest {
 public:
  explicit Rest(const msghdr& message)
      : parts_(message.msg_iov, message.msg_iov + message.msg_iovlen), message_(message) {
    // The address, descriptors and the like go with the first byte.
    message_.msg_name = nullptr;
    message_.msg_namelen = 0;
    message_.msg_control = nullptr;
    message_.msg_controllen = 0;
    message_.msg_iov = parts_.data();
  }
  void skip(std::size_t size) noexcept {
    iovec*& part = message_.msg_iov;
    while (message_.msg_iovlen > 0 && size >= part->iov_len) {
      size -= part->iov_len;
      ++part;
      --message_.msg_iovlen;
    }
    if (message_.msg_iovlen == 0) return;
    part->iov_base = static_cast<char*>(part->iov_base) + size;
    part->iov_len -= size;
  }
  [[nodiscard]] bool empty() const noexcept { return message_.msg_iovlen == 0; }
  [[nodiscard]] msghdr* get() noexcept { return &message_; }

 private:
  std::vector<iovec> parts_;
  msghdr message_;
};

// ---- sockets ----

int option_of(int fd, int name, int otherwise) noexcept {
  int value = otherwise;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : otherwise;
}

bool is_stream(int fd) noexcept {
  return option_of(fd, SO_TYPE, 0) == SOCK_STREAM;
}

// Flags with which a call never waits.
constexpr int kReceivesAtOnce = MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB;

// Bytes below which the kernel does not call a stream ready.
std::size_t low_water(int fd) noexcept {
  return static_cast<std::size_t>(std::max(option_of(fd, SO_RCVLOWAT, 1), 1));
}

// `wanted`: bytes with which the caller is content.
template <typename Call>
ssize_t receive_with(CallWaits& waits, int fd, std::size_t wanted, Call call) noexcept {
  for (;;) {
    const ssize_t got = uninterrupted(call);
    if (got >= 0) take_turn(fd);
    if (got >= 0 || errno != EAGAIN) return got;
    const bool is_told = low_water(fd) <= wanted;
    if (is_told ? !waits.again() : !waits.may_wait() || !waits.pause()) return got;
  }
}

// Looks again until there are so many. Nothing tells of more bytes while some are left there.
ssize_t peek_until(CallWaits& waits, int fd, msghdr* message, int flags, std::size_t wanted,
                   const msghdr& asked, ssize_t seen) noexcept {
  if (option_of(fd, SO_DOMAIN, AF_UNIX) == AF_UNIX) return seen;  // which does not wait for more
  while (static_cast<std::size_t>(seen) < wanted) {
    const bool last = is_ready(fd, POLLRDHUP) || !waits.may_wait() || !waits.pause();
    msghdr again = asked;
    const ssize_t got =
        uninterrupted([&] { return original().recvmsg(fd, &again, flags | MSG_DONTWAIT); });
    if (got > 0) {
      *message = again;
      seen = got;
    }
    if (last) break;
  }
  return seen;
}

ssize_t receive_message(int fd, msghdr* message, int flags) noexcept {
  CallWaits waits(fd, POLLIN, SO_RCVTIMEO);
  const msghdr asked = message != nullptr ? *message : msghdr{};
  const std::size_t size = size_of(asked.msg_iov, asked.msg_iovlen);
  const ssize_t first = receive_with(
      waits, fd, size, [=] { return original().recvmsg(fd, message, flags | MSG_DONTWAIT); });
  if (first <= 0 || static_cast<std::size_t>(first) >= size) return first;
  const std::size_t wanted = (flags & MSG_WAITALL) != 0 ? size : std::min(size, low_water(fd));
  if (static_cast<std::size_t>(first) >= wanted || !is_stream(fd)) return first;
  if ((flags & MSG_PEEK) != 0) return peek_until(waits, fd, message, flags, wanted, asked, first);
  ssize_t total = first;
  try {
    Rest rest(*message);
    rest.skip(static_cast<std::size_t>(first));
    while (static_cast<std::size_t>(total) < wanted) {
      const ssize_t got = receive_with(waits, fd, wanted - static_cast<std::size_t>(total), [&] {
        return original().recvmsg(fd, rest.get(), flags | MSG_DONTWAIT);
      });
      if (got <= 0) break;
      total += got;
      rest.skip(static_cast<std::size_t>(got));
    }
  } catch (const std::bad_alloc&) {
    // What there is.
  }
  return total;
}

ssize_t send_message(int fd, const msghdr* message, int flags) noexcept {
  CallWaits waits(fd, POLLOUT, SO_SNDTIMEO);
  const auto send_now = [&](const msghdr* part, int more_flags) {
    for (;;) {
      const ssize_t sent = uninterrupted(
          [=] { return original().sendmsg(fd, part, flags | more_flags | MSG_DONTWAIT); });
      if (sent >= 0) take_turn(fd);
      if (sent >= 0 || errno != EAGAIN || !waits.again()) return sent;
    }
  };
  const ssize_t first = send_now(message, 0);
  const std::size_t size = size_of(message->msg_iov, message->msg_iovlen);
  if (first < 0 || static_cast<std::size_t>(first) >= size) return first;
  // Only a stream takes a part. What fails later is told by the next call, SIGPIPE too.
  ssize_t total = first;
  try {
    Rest rest(*message);
    rest.skip(static_cast<std::size_t>(first));
    while (!rest.empty()) {
      const ssize_t sent = send_now(rest.get(), MSG_NOSIGNAL);
      if (sent < 0) break;
      total += sent;
      rest.skip(static_cast<std::size_t>(sent));
    }
  } catch (const std::bad_alloc&) {
    // What there is.
  }
  return total;
}

// As send() and recv() on a socket. -1 with ENOTSOCK: it is none.
ssize_t receive_parts(int fd, const iovec* parts, std::size_t count, int flags) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  return receive_message(fd, &message, flags);
}

ssize_t send_parts(int fd, const iovec* parts, std::size_t count) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  return send_message(fd, &message, 0);
}

// ---- other files ----

template <typename Call>
ssize_t when_ready(int fd, short event, Call call) noexcept {
  CallWaits waits(fd, event, event == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO);
  while (!is_ready(fd, event) && waits.may_wait()) {
    if (!waits.again()) return -1;
  }
  const ssize_t result = uninterrupted(call);
  take_turn(fd);
  return result;
}

// Whether a write of any size is done without waiting for somebody else.
bool takes_everything(int fd) noexcept {
  struct stat status {};
  if (fstat(fd, &status) != 0) return true;  // which the call will tell
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode)) return true;
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

// A pipe that is ready has room for PIPE_BUF bytes, and may not have it for one more.
ssize_t write_in_pieces(int fd, const char* data, std::size_t size) noexcept {
  std::size_t done = 0;
  while (done < size) {
    const std::size_t piece = std::min<std::size_t>(size - done, PIPE_BUF);
    const ssize_t count =
        when_ready(fd, POLLOUT, [=] { return original().write(fd, data + done, piece); });
    if (count < 0) return done > 0 ? static_cast<ssize_t>(done) : -1;
    done += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(done);
}

ssize_t write_file(int fd, const iovec* parts, std::size_t count) noexcept {
  const auto call = [=] { return original().writev(fd, parts, static_cast<int>(count)); };
  if (size_of(parts, count) <= PIPE_BUF) return when_ready(fd, POLLOUT, call);
  if (takes_everything(fd)) return call();
  ssize_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* data = static_cast<const char*>(parts[i].iov_base);
    const ssize_t written = write_in_pieces(fd, data, parts[i].iov_len);
    if (written < 0) return total > 0 ? total : -1;
    total += written;
    if (static_cast<std::size_t>(written) < parts[i].iov_len) break;
  }
  return total;
}

template <typename Call>
int accept_with(int fd, Call call) noexcept {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) {
    return call();  // fails at once
  }
  return static_cast<int>(when_ready(fd, POLLIN, call));
}

// ---- connect ----

// As connect(), but does not wait: EINPROGRESS.
int connect_now(int fd, const sockaddr* address, socklen_t size, int flags) noexcept {
  // Nobody else of this thread runs in between.
  if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
  const int result = static_cast<int>(
      uninterrupted([=] { return ssize_t{original().connect(fd, address, size)}; }));
  const int error = errno;
  fcntl(fd, F_SETFL, flags);
  errno = error;
  return result;
}

int connect_and_wait(int fd, const sockaddr* address, socklen_t size, int flags) noexcept {
  CallWaits waits(fd, POLLOUT, SO_SNDTIMEO);
  bool waited = false;
  while (connect_now(fd, address, size, flags) != 0) {
    // A unix listener whose queue is full: nothing tells when it no longer is.
    const bool full = errno == EAGAIN && address->sa_family == AF_UNIX;
    if (full) {
      if (!waits.may_wait() || !waits.pause()) return -1;
      continue;
    }
    if (errno == EISCONN && waited) break;
    if (errno != EINPROGRESS && errno != EALREADY) return -1;
    if (!waits.again()) {
      if (errno == EAGAIN) errno = EINPROGRESS;
      return -1;
    }
    // Only the next call tells how it went, and lets the kernel know that it was told.
    waited = true;
  }
  return 0;
}

}  // namespace

void link_descriptor_calls() noexcept {}

}  // namespace gnet::patch

using gnet::patch::original;
using gnet::patch::suspending_hub;

extern "C" {

ssize_t read(int fd, void* buffer, size_t size) {
  if (suspending_hub() == nullptr || size == 0) return original().read(fd, buffer, size);
  const iovec part{buffer, size};
  const ssize_t got = gnet::patch::receive_parts(fd, &part, 1, 0);
  if (got >= 0 || errno != ENOTSOCK) return got;
  return gnet::patch::when_ready(fd, POLLIN, [=] { return original().read(fd, buffer, size); });
}

ssize_t readv(int fd, const iovec* parts, int count) {
  if (suspending_hub() == nullptr || count <= 0 || count > IOV_MAX ||
      gnet::patch::size_of(parts, static_cast<size_t>(count)) == 0) {
    return original().readv(fd, parts, count);
  }
  const ssize_t got = gnet::patch::receive_parts(fd, parts, static_cast<size_t>(count), 0);
  if (got >= 0 || errno != ENOTSOCK) return got;
  return gnet::patch::when_ready(fd, POLLIN, [=] { return original().readv(fd, parts, count); });
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  if (suspending_hub() == nullptr || (flags & gnet::patch::kReceivesAtOnce) != 0) {
    return original().recv(fd, buffer, size, flags);
  }
  const iovec part{buffer, size};
  return gnet::patch::receive_parts(fd, &part, 1, flags);
}

ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, sockaddr* address,
                 socklen_t* address_size) {
  if (suspending_hub() == nullptr || (flags & gnet::patch::kReceivesAtOnce) != 0) {
    return original().recvfrom(fd, buffer, size, flags, address, address_size);
  }
  if (address == nullptr) return recv(fd, buffer, size, flags);
  if (address_size == nullptr) {
    errno = EFAULT;
    return -1;
  }
  iovec part{buffer, size};
  msghdr message{};
  message.msg_name = address;
  message.msg_namelen = *address_size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const ssize_t got = gnet::patch::receive_message(fd, &message, flags);
  if (got >= 0) *address_size = message.msg_namelen;
  return got;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (suspending_hub() == nullptr || (flags & gnet::patch::kReceivesAtOnce) != 0) {
    return original().recvmsg(fd, message, flags);
  }
  return gnet::patch::receive_message(fd, message, flags);
}

ssize_t write(int fd, const void* data, size_t size) {
  if (suspending_hub() == nullptr || size == 0) return original().write(fd, data, size);
  const iovec part{const_cast<void*>(data), size};
  const ssize_t sent = gnet::patch::send_parts(fd, &part, 1);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return gnet::patch::write_file(fd, &part, 1);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (suspending_hub() == nullptr || count <= 0 || count > IOV_MAX ||
      gnet::patch::size_of(parts, static_cast<size_t>(count)) == 0) {
    return original().writev(fd, parts, count);
  }
  const ssize_t sent = gnet::patch::send_parts(fd, parts, static_cast<size_t>(count));
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return gnet::patch::write_file(fd, parts, static_cast<size_t>(count));
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  return sendto(fd, data, size, flags, nullptr, 0);
}

ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* address,
               socklen_t address_size) {
  if (suspending_hub() == nullptr || (flags & MSG_DONTWAIT) != 0) {
    return original().sendto(fd, data, size, flags, address, address_size);
  }
  iovec part{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(address);
  message.msg_namelen = address_size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return gnet::patch::send_message(fd, &message, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (suspending_hub() == nullptr || (flags & MSG_DONTWAIT) != 0) {
    return original().sendmsg(fd, message, flags);
  }
  return gnet::patch::send_message(fd, message, flags);
}

int accept(int fd, sockaddr* address, socklen_t* size) {
  if (suspending_hub() == nullptr) return original().accept(fd, address, size);
  return gnet::patch::accept_with(fd, [=] { return original().accept(fd, address, size); });
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (suspending_hub() == nullptr) return original().accept4(fd, address, size, flags);
  return gnet::patch::accept_with(fd, [=] { return original().accept4(fd, address, size, flags); });
}

int connect(int fd, const sockaddr* address, socklen_t size) {
  if (suspending_hub() == nullptr) return original().connect(fd, address, size);
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) != 0 || address == nullptr || gnet::patch::is_child()) {
    return original().connect(fd, address, size);
  }
  return gnet::patch::connect_and_wait(fd, address, size, flags);
}

int close(int fd) {
  gnet::patch::closing_quietly(fd);
  return original().close(fd);
}

int dup2(int from, int to) noexcept {
  if (from != to && fcntl(from, F_GETFD) >= 0) gnet::patch::closing_quietly(to);
  return original().dup2(from, to);
}

int dup3(int from, int to, int flags) noexcept {
  if (from != to && fcntl(from, F_GETFD) >= 0) gnet::patch::closing_quietly(to);
  return original().dup3(from, to, flags);
}

// What does not fit is a defect of the caller's, for which libc ends the program.

ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
  return size > room ? original().__read_chk(fd, buffer, size, room) : read(fd, buffer, size);
}

ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags) {
  return size > room ? original().__recv_chk(fd, buffer, size, room, flags)
                     : recv(fd, buffer, size, flags);
}

ssize_t __recvfrom_chk(int fd, void* buffer, size_t size, size_t room, int flags, sockaddr* address,
                       socklen_t* address_size) {
  return size > room
             ? original().__recvfrom_chk(fd, buffer, size, room, flags, address, address_size)
             : recvfrom(fd, buffer, size, flags, address, address_size);
}

}  // extern "C"
