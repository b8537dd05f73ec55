#include "gnet/io/socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "gnet/base/error.h"
#include "gnet/io/address.h"
#include "gnet/io/socket_wait.h"

namespace gnet {

namespace {

bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK;
}

UniqueFd non_blocking(UniqueFd fd) {
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw_errno("cannot make socket non-blocking");
  }
  return fd;
}

}  // namespace

std::string detail::socket_name(const void* object) {
  const auto& socket = *static_cast<const Socket*>(object);
  for (const auto endpoint : {&Socket::remote_endpoint, &Socket::local_endpoint}) try {
      const Endpoint found = (socket.*endpoint)();
      if (!found.is_unix() || !found.path().empty()) return found.to_string();
    } catch (const std::exception&) {
      // Not connected, or closed just now.
    }
  return fmt::format("{}", object);
}

Socket::Socket(UniqueFd fd) : Socket(non_blocking(std::move(fd)), NonBlocking{}) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_TYPE, &type, &size) != 0) return;
  if (type == SOCK_SEQPACKET) keep_messages();
}

Socket::Socket(UniqueFd fd, NonBlocking) : fd_(std::move(fd)), hub_(&detail::Scheduler::current()) {
  slot_ = &hub_->poller().add(fd_.get());
  slot_->writable = true;  // until a send finds no room
}

Socket Socket::open(int family, int type, int protocol) {
  UniqueFd fd(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!fd) throw_errno("cannot make a socket");
  Socket made(std::move(fd), NonBlocking{});
  if (type == SOCK_SEQPACKET) made.keep_messages();
  return made;
}

// The kernel says how long a message was that it has cut, and does not say that there is another.
void Socket::keep_messages() noexcept {
  receive_flags_ = MSG_TRUNC;
  slot_->read_on = true;
}

Socket::Socket(Socket&& other) noexcept
    : fd_(std::move(other.fd_)),
      burst_(other.burst_),
      receive_flags_(other.receive_flags_),
      slot_(std::exchange(other.slot_, nullptr)),
      hub_(other.hub_),
      path_(std::move(other.path_)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::move(other.fd_);
  slot_ = std::exchange(other.slot_, nullptr);
  hub_ = other.hub_;
  burst_ = other.burst_;
  receive_flags_ = other.receive_flags_;
  path_ = std::move(other.path_);
  return *this;
}

void Socket::close() noexcept {
  if (slot_ == nullptr) return;
  path_.reset();  // first, see BoundPath
  slot_ = nullptr;
  if (detail::Scheduler::current_if_any() == hub_) hub_->poller().remove(fd_.get());
  fd_.reset();
}

void Socket::abort() noexcept {
  if (slot_ == nullptr) return;
  const linger at_once{1, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

UniqueFd Socket::release() {
  if (slot_ == nullptr) return {};
  if (slot_->reader != nullptr || slot_->writer != nullptr) {
    throw Misuse("a socket was released while a fiber waits on it");
  }
  hub_->poller().forget(fd_.get());
  slot_ = nullptr;
  if (path_) path_->let_go();
  return std::move(fd_);
}

template <Socket::Direction direction>
bool Socket::wait(Deadline deadline, const bool* stop) {
  return wait_inline<direction>(deadline, stop);
}

template bool Socket::wait<Socket::kReading>(Deadline, const bool*);
template bool Socket::wait<Socket::kWriting>(Deadline, const bool*);

namespace {

// "receive from 127.0.0.1:6011"; of a peer without a name, "receive".
std::string with_peer(std::string_view operation, int fd) {
  RawAddress raw;
  std::string peer;
  if (getpeername(fd, raw.data(), &raw.size) == 0) peer = SocketAddress(raw).short_name();
  if (peer.empty()) return std::string(operation.substr(0, operation.find(' ')));
  return std::string(operation) + ' ' + peer;
}

}  // namespace

void Socket::refuse_to_wait(Direction direction, bool open) {
  const char* operation = direction == kReading ? "receive" : "send";
  if (!open) throw_errno(EBADF, operation);
  throw Misuse(std::string("a second fiber wants to ") + operation + " on one socket");
}

void Socket::closed_meanwhile() {
  throw_errno(EBADF, "the socket was closed while a fiber waited on it");
}

void Socket::share_the_hub() {
  if (++burst_ < kBurst) return hub_->checkpoint();
  burst_ = 0;
  hub_->yield();
}

std::optional<std::size_t> Socket::after_receive(ssize_t count, void* buffer, std::size_t size) {
  if (count == 0) return 0;
  if (would_block(errno)) {
    slot_->readable = false;
    return std::nullopt;
  }
  if (errno != EINTR) throw_errno("receive");
  return try_receive(buffer, size);
}

std::size_t Socket::filled(std::size_t count, std::size_t size) {
  if (count == size) return count;
  throw_errno(EMSGSIZE, fmt::format("receive: {} bytes where {} were expected", count, size));
}

std::size_t Socket::receive(void* buffer, std::size_t size, Deadline deadline) {
  if (slot_ == nullptr) throw_errno(EBADF, "receive");
  if (size == 0) return 0;
  const TimePoint since = start_of_wait(deadline);
  if (slot_->readable) share_the_hub();
  for (;;) {
    if (slot_ == nullptr) throw_errno(EBADF, "receive");
    if (!wait_readable(deadline)) throw_timed_out(with_peer("receive from", fd_.get()), since);
    if (const auto count = try_receive(buffer, size)) return *count;
  }
}

std::size_t Socket::after_send(ssize_t count, std::string_view data) {
  if (count >= 0 || would_block(errno)) {
    slot_->writable = false;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  if (errno != EINTR) throw_errno("send");
  return try_send(data);
}

std::size_t Socket::try_send(const iovec* parts, std::size_t count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += parts[i].iov_len;
  for (;;) {
    const ssize_t sent = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      if (static_cast<std::size_t>(sent) < size) slot_->writable = false;
      return static_cast<std::size_t>(sent);
    }
    if (would_block(errno)) {
      slot_->writable = false;
      return 0;
    }
    if (errno != EINTR) throw_errno("send");
  }
}

// For the text of an error: a deadline says when, not how long.
TimePoint Socket::start_of_wait(Deadline deadline) const noexcept {
  return deadline.is_never() || slot_ == nullptr ? TimePoint() : hub_->now();
}

std::size_t Socket::send_some(std::string_view data, Deadline deadline) {
  return send_some(data, deadline, start_of_wait(deadline));
}

std::size_t Socket::send_some(std::string_view data, Deadline deadline, TimePoint since) {
  if (slot_ == nullptr) throw_errno(EBADF, "send");
  if (data.empty()) return 0;
  if (slot_->writable) share_the_hub();
  for (;;) {
    if (slot_ == nullptr) throw_errno(EBADF, "send");
    if (!wait_writable(deadline)) throw_timed_out(with_peer("send to", fd_.get()), since);
    if (const std::size_t count = try_send(data)) return count;
  }
}

void Socket::send_all(std::string_view data, Deadline deadline) {
  const TimePoint since = start_of_wait(deadline);
  while (!data.empty()) data.remove_prefix(send_some(data, deadline, since));
}

void Socket::shutdown_send() {
  if (shutdown(fd_.get(), SHUT_WR) != 0 && errno != ENOTCONN) throw_errno("shutdown");
}

namespace {

Endpoint endpoint_of(int fd, const RawAddress& raw) {
  int type = SOCK_STREAM;
  socklen_t type_size = sizeof type;
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
  return SocketAddress(raw).endpoint(type == SOCK_DGRAM       ? Transport::udp
                                     : type == SOCK_SEQPACKET ? Transport::unix_seqpacket
                                                              : Transport::tcp);
}

}  // namespace

Endpoint detail::local_endpoint_of(int fd) {
  RawAddress address;
  if (getsockname(fd, address.data(), &address.size) != 0) throw_errno("getsockname");
  return endpoint_of(fd, address);
}

Endpoint detail::remote_endpoint_of(int fd) {
  RawAddress address;
  if (getpeername(fd, address.data(), &address.size) != 0) throw_errno("getpeername");
  return endpoint_of(fd, address);
}

std::error_code Socket::take_error() noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return std::error_code(error, std::system_category());
}

// The kernel calls it a broken pipe.
std::error_code Socket::take_reset() noexcept {
  const std::error_code error = take_error();
  return error == std::errc::broken_pipe ? std::make_error_code(std::errc::connection_reset)
                                         : error;
}

void Socket::set_no_delay(bool on) noexcept {
  const int value = on ? 1 : 0;
  setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &value, sizeof value);
}

void Socket::set_keep_alive(TimeSpan idle) noexcept {
  const int on = idle > Duration::zero() ? 1 : 0;
  setsockopt(fd_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (on == 0) return;
  const auto whole = std::chrono::ceil<std::chrono::seconds>(idle).count();
  const int seconds = static_cast<int>(std::min<std::int64_t>(whole, 32767));
  setsockopt(fd_.get(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
  setsockopt(fd_.get(), IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}

void Socket::set_option(int level, int name, int value) {
  if (setsockopt(fd_.get(), level, name, &value, sizeof value) != 0) throw_errno("setsockopt");
}

}  // namespace gnet
