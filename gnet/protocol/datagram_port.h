// The socket of a server of datagrams: it receives and sends, counts, and bears what peers
// cause.
//
//   DatagramPort port([](std::string_view problem) { log.warn("{}", problem); });
//   port.open(DatagramSocket::bind(endpoint));
//   while (auto data = port.receive(max_size, peer)) answer(*data, peer);
//
// Threads: as its socket.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/io/datagram.h"
#include "gnet/sync/semaphore.h"

namespace gnet {

struct DatagramCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t truncated = 0;  // larger than the largest that is received, and dropped
  std::uint64_t unsent = 0;     // that send() could not send
  std::uint64_t errors = 0;     // handlers that threw, and what peers caused
};

class DatagramPort {
 public:
  // `warn` is told of errors that no peer has caused.
  explicit DatagramPort(std::function<void(std::string_view problem)> warn)
      : warn_(std::move(warn)) {}

  void open(DatagramSocket socket) { socket_ = std::move(socket); }
  void close() noexcept { socket_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  [[nodiscard]] DatagramSocket& socket() noexcept { return socket_; }
  [[nodiscard]] const DatagramSocket& socket() const noexcept { return socket_; }

  // Suspends until a datagram of at most `max_size` bytes has come. It is valid until the next
  // call. Nothing: the socket was closed.
  std::optional<std::string_view> receive(std::size_t max_size, SocketAddress& peer);

  // Sends one datagram; suspends while the kernel has no room, or others send. False: it cannot
  // be sent to this peer now (refused, unreachable, gone). Throws std::system_error, message_size
  // for one that is too large.
  bool send(std::string_view data, const SocketAddress& peer);

  [[nodiscard]] const DatagramCounters& counters() const noexcept { return counters_; }
  void count_error() noexcept { ++counters_.errors; }

 private:
  std::function<void(std::string_view)> warn_;
  DatagramSocket socket_;
  std::vector<char> buffer_;
  bool failed_ = false;   // the last attempt to receive
  Semaphore sending_{1};  // the kernel's room is waited for by one fiber at a time
  DatagramCounters counters_;
};

}  // namespace gnet
