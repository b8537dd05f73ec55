#include "gnet/protocol/datagram_port.h"

#include <cerrno>
#include <mutex>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"

namespace gnet {
namespace {

constexpr Duration kBackOff = std::chrono::milliseconds(10);

// Whether the error says something of one peer, and nothing of the socket: what ICMP
// reports of an earlier datagram comes with any later call.
bool is_of_peer(const std::error_code& error) noexcept {
  switch (error.value()) {
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EAGAIN:    // a unix socket whose queue is full
    case EPERM:     // a firewall
    case EACCES:    // a broadcast address, or a unix socket of others
    case ENOENT:    // a unix socket that is gone
    case ENOTCONN:  // a unix socket without a name
    case EDESTADDRREQ:
    case EINVAL:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string_view> DatagramPort::receive(std::size_t max_size, SocketAddress& peer) {
  // One more byte shows that a datagram is too large.
  buffer_.resize(max_size + 1);
  while (socket_.is_open()) {
    std::optional<std::size_t> size;
    try {
      size = socket_.receive(buffer_.data(), buffer_.size(), peer);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::bad_file_descriptor) break;  // closed
      ++counters_.errors;
      if (!is_of_peer(error.code())) warn_(describe(error));
      // An error that is reported goes away; one that stays must not spin.
      if (std::exchange(failed_, true)) sleep(kBackOff);
      continue;
    }
    failed_ = false;
    if (*size > max_size) {
      ++counters_.truncated;
      continue;
    }
    ++counters_.received;
    counters_.received_bytes += *size;
    return std::string_view(buffer_.data(), *size);
  }
  return std::nullopt;
}

bool DatagramPort::send(std::string_view data, const SocketAddress& peer) {
  const std::lock_guard turn(sending_);
  if (!socket_.is_open()) return false;
  // The first error may be another peer's, from before.
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      socket_.send(data, peer);
      ++counters_.sent;
      counters_.sent_bytes += data.size();
      return true;
    } catch (const std::system_error& error) {
      if (!is_of_peer(error.code())) throw;
      ++counters_.errors;
    }
  }
  ++counters_.unsent;
  return false;
}

}  // namespace gnet
