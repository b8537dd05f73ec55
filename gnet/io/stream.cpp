#include "gnet/io/stream.h"

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/broken_pipe.h"
#include "gnet/io/start_of_wait.h"

namespace gnet {

std::pair<Stream, Stream> Stream::make_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    throw_errno("cannot make a pair of sockets");
  }
  UniqueFd first(ends[0]);
  UniqueFd second(ends[1]);
  return {Stream(Socket(std::move(first), Socket::NonBlocking{})),
          Stream(Socket(std::move(second), Socket::NonBlocking{}))};
}

// What the poller tells a fiber that waits is so. But after a read that filled its buffer nobody
// knows. To look by a peek would take an error from the socket, and what is read behind it is an
// end as if all had come.
bool Stream::wait_readable(Deadline deadline) {
  for (;;) {
    const bool is_told = !socket_.may_read();
    if (!socket_.wait_readable(deadline)) return false;
    if (is_told) return true;
    pollfd look{socket_.native_handle(), POLLIN, 0};
    if (::poll(&look, 1, 0) != 0) return true;  // what is wrong, receive() throws
    socket_.exhausted();
  }
}

// Waiting for room, and errors, are send_some()'s.
std::size_t Stream::send_ahead(std::string_view data, Deadline deadline) {
  const ssize_t count = ::send(socket_.native_handle(), data.data(), data.size(),
                               MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count <= 0) return send_some(data, deadline);
  socket_.took_turn();
  return static_cast<std::size_t>(count);
}

std::size_t Stream::send_file_some(int file, std::uint64_t offset, std::size_t size,
                                   Deadline deadline) {
  const TimePoint since = detail::start_of_wait(deadline);
  for (;;) {
    if (!socket_.wait_writable(deadline)) throw_timed_out("send", since);
    auto at = static_cast<off_t>(offset);
    ssize_t result = 0;
    {
      detail::NoBrokenPipeSignal no_signal;
      result = no_signal.note(::sendfile(socket_.native_handle(), file, &at, size));
    }
    if (result >= 0) {
      socket_.took_turn();
      return static_cast<std::size_t>(result);
    }
    if (errno == EAGAIN) {
      socket_.full();
    } else if (errno != EINTR) {
      throw_errno("send");
    }
  }
}

}  // namespace gnet
