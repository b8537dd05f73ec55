#include "gnet/io/stream.h"

#include <sys/socket.h>

#include <array>

#include "gnet/base/error.h"

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

}  // namespace gnet
