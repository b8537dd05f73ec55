// A connected byte stream: TCP or a unix socket.
//
// Straight-line code that blocks only its own fiber. A Stream also models Asio's
// SyncReadStream and SyncWriteStream, so that asio::read_until, asio::write,
// asio::ssl::stream and whatever is built on them run on it, cooperatively.
//
//   gnet::Stream stream = gnet::connect("localhost:6011");
//   asio::write(stream, asio::buffer("ooxx\n"sv));
//   std::string line;
//   asio::read_until(stream, asio::dynamic_buffer(line), '\n');
//
// Threads: a Stream belongs to the hub on which it was made.

#pragma once

#include <string_view>

#include "gnet/io/socket.h"
#include "gnet/io/sync_stream.h"

namespace gnet {

class Stream : public SyncStream<Stream> {
 public:
  Stream() noexcept = default;
  explicit Stream(Socket socket) noexcept : socket_(std::move(socket)) {}

  // Takes over a connected descriptor, such as Listener::accept() gives. Throws
  // std::system_error.
  explicit Stream(UniqueFd fd) : socket_(std::move(fd)) {}

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }

  // Suspends until data is there; 0 at the end of the stream.
  std::size_t receive(void* buffer, std::size_t size, Deadline deadline = Deadline::never()) {
    return socket_.receive(buffer, size, deadline);
  }

  // Suspends until everything is sent, or at least one byte is.
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) {
    socket_.send_all(data, deadline);
  }
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) {
    return socket_.send_some(data, deadline);
  }

  // Ends the sending side; the peer reads to the end.
  void shutdown_send() { socket_.shutdown_send(); }
  void close() noexcept { socket_.close(); }
  void abort() noexcept { socket_.abort(); }

  [[nodiscard]] Endpoint local_endpoint() const { return socket_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const { return socket_.remote_endpoint(); }

 private:
  Socket socket_;
};

}  // namespace gnet
