#include "gnet/io/pipe.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/io/broken_pipe.h"
#include "gnet/io/buffer_lease.h"
#include "gnet/io/descriptor_set.h"
#include "gnet/io/socket.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/io/wait_fd.h"

namespace gnet {
namespace {

bool ready_now(int fd, short event) noexcept {
  pollfd descriptor{fd, event, 0};
  return ::poll(&descriptor, 1, 0) > 0;
}

// Whether the kernel does not know how to read or write this descriptor without waiting.
bool not_supported(int error) noexcept {
  return error == EOPNOTSUPP || error == EINVAL || error == ENOSYS || error == ESPIPE;
}

// Reads a descriptor that may be in blocking mode: EAGAIN instead of waiting.
ssize_t read_now(int fd, void* buffer, std::size_t size) noexcept {
  const iovec part{buffer, size};
  const ssize_t count = preadv2(fd, &part, 1, -1, RWF_NOWAIT);
  if (count >= 0 || !not_supported(errno)) return count;
  if (ready_now(fd, POLLIN)) return ::read(fd, buffer, size);
  errno = EAGAIN;
  return -1;
}

ssize_t write_now(int fd, std::string_view data) noexcept {
  const iovec part{const_cast<char*>(data.data()), data.size()};
  const ssize_t count = pwritev2(fd, &part, 1, -1, RWF_NOWAIT);
  if (count >= 0 || !not_supported(errno)) return count;
  // A pipe that is ready has room for this much.
  if (ready_now(fd, POLLOUT)) {
    return ::write(fd, data.data(), std::min(data.size(), std::size_t{PIPE_BUF}));
  }
  errno = EAGAIN;
  return -1;
}

UniqueFd copy_of(int fd) {
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw_errno("cannot use descriptor " + std::to_string(fd));
  return copy;
}

}  // namespace

Pipe::Pipe(UniqueFd fd) : fd_(std::move(fd)) {
  const int flags = fcntl(fd_.get(), F_GETFL);
  if (flags < 0 || fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw_errno("cannot make descriptor non-blocking");
  }
}

Pipe Pipe::shared(UniqueFd fd) {
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) throw_errno("cannot use descriptor");
  const Kind kind = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) ? Kind::file : Kind::shared;
  return Pipe(std::move(fd), kind);
}

Pipe Pipe::standard_input() {
  return shared(copy_of(0));
}

Pipe Pipe::standard_output() {
  return shared(copy_of(1));
}

Pipe Pipe::standard_error() {
  return shared(copy_of(2));
}

std::pair<Pipe, Pipe> Pipe::make() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw_errno("cannot make a pipe");
  return {Pipe(UniqueFd(ends[0]), Kind::own), Pipe(UniqueFd(ends[1]), Kind::own)};
}

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::move(other.fd_);
  kind_ = other.kind_;
  return *this;
}

void Pipe::close() noexcept {
  if (!fd_) return;
  detail::DescriptorSet::wake_all(fd_.get());
  fd_.reset();
}

void Pipe::shutdown_send(Deadline) {
  check_open("shutdown");
  if (shutdown(fd_.get(), SHUT_WR) == 0 || errno == ENOTCONN) return;
  if (errno != ENOTSOCK) throw_errno("shutdown");
  const int flags = fcntl(fd_.get(), F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY) close();
}

bool Pipe::wait_readable(Deadline deadline) {
  check_open("read");
  return kind_ == Kind::file || wait_read(fd_.get(), deadline);
}

Endpoint Pipe::local_endpoint() const {
  check_open("getsockname");
  return detail::local_endpoint_of(fd_.get());
}

Endpoint Pipe::remote_endpoint() const {
  check_open("getpeername");
  return detail::remote_endpoint_of(fd_.get());
}

void Pipe::check_open(const char* operation) const {
  if (!fd_) throw_errno(EBADF, operation);
}

void Pipe::take_turn() {
  if (++burst_ < kBurst) return detail::Scheduler::current().checkpoint();
  burst_ = 0;
  detail::Scheduler::current().yield();
}

std::optional<std::size_t> Pipe::try_receive(void* buffer, std::size_t size) {
  check_open("read");
  for (;;) {
    const ssize_t count =
        kind_ == Kind::shared ? read_now(fd_.get(), buffer, size) : ::read(fd_.get(), buffer, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) return std::nullopt;
    if (errno == EIO) return 0;  // a terminal without its other side
    if (errno != EINTR) throw_errno("read");
  }
}

std::size_t Pipe::receive(void* buffer, std::size_t size, Deadline deadline) {
  const TimePoint since = detail::start_of_wait(deadline);
  take_turn();
  if (size == 0) return 0;
  for (;;) {
    if (const auto count = try_receive(buffer, size)) return *count;
    burst_ = 0;
    if (!wait_read(fd_.get(), deadline)) throw_timed_out("read", since);
  }
}

std::string Pipe::receive_all(Deadline deadline) {
  std::string all;
  receive_all(all, deadline);
  return all;
}

void Pipe::receive_all(std::string& into, Deadline deadline) {
  detail::Scheduler& hub = detail::Scheduler::current();
  const BufferLease buffer(hub, hub.buffers().block_size());
  while (const std::size_t count = receive(buffer.data(), buffer.size(), deadline)) {
    into.append(buffer.data(), count);
  }
}

std::size_t Pipe::try_send(std::string_view data) {
  check_open("write");
  detail::NoBrokenPipeSignal no_signal;
  for (;;) {
    const ssize_t count =
        no_signal.note(kind_ == Kind::shared ? write_now(fd_.get(), data)
                                             : ::write(fd_.get(), data.data(), data.size()));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) throw_errno("write");
  }
}

std::size_t Pipe::send_some(std::string_view data, Deadline deadline) {
  return send_some(data, deadline, detail::start_of_wait(deadline));
}

std::size_t Pipe::send_some(std::string_view data, Deadline deadline, TimePoint since) {
  take_turn();
  if (data.empty()) return 0;
  for (;;) {
    if (const std::size_t count = try_send(data); count > 0) return count;
    burst_ = 0;
    if (!wait_write(fd_.get(), deadline)) throw_timed_out("write", since);
  }
}

void Pipe::send_all(std::string_view data, Deadline deadline) {
  const TimePoint since = detail::start_of_wait(deadline);
  while (!data.empty()) data.remove_prefix(send_some(data, deadline, since));
}

}  // namespace gnet
