// A connected byte stream on a socket: TCP or unix.
//
//   gnet::Stream stream = gnet::connect_stream("localhost:6011");
//   asio::write(stream, asio::buffer("ooxx\n"sv));
//   std::string line;
//   asio::read_until(stream, asio::dynamic_buffer(line), '\n');
//
// What every stream does, and how it fails, byte_stream.h says. Calls on a Stream itself are
// not virtual.
//
// Threads: a Stream belongs to the hub on which it was made.

#pragma once

#include <string_view>
#include <utility>

#include "gnet/io/byte_stream.h"
#include "gnet/io/socket.h"

namespace gnet {

class Stream final : public ByteStream {
 public:
  Stream() noexcept = default;
  explicit Stream(Socket socket) noexcept : socket_(std::move(socket)) {}

  // Takes over a connected descriptor, such as Listener::accept() gives. Throws
  // std::system_error.
  explicit Stream(UniqueFd fd) : socket_(std::move(fd)) {}

  // Two that are connected with each other: what one sends the other receives. Throws
  // std::system_error.
  [[nodiscard]] static std::pair<Stream, Stream> make_pair();

  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) noexcept = default;

  [[nodiscard]] bool is_open() const noexcept override { return socket_.is_open(); }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }
  [[nodiscard]] const Socket& socket() const noexcept { return socket_; }

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override {
    return socket_.receive(buffer, size, deadline);
  }

  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override {
    return socket_.send_some(data, deadline);
  }
  std::size_t send_ahead(std::string_view data, Deadline deadline = Deadline::never()) override;
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override {
    socket_.send_all(data, deadline);
  }

  std::size_t send_file_some(int file, std::uint64_t offset, std::size_t size,
                             Deadline deadline = Deadline::never()) override;

  // Does not suspend.
  void shutdown_send(Deadline = Deadline::never()) override { socket_.shutdown_send(); }

  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override;
  void close() noexcept override { socket_.close(); }
  void abort() noexcept override { socket_.abort(); }

  [[nodiscard]] Endpoint local_endpoint() const override { return socket_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return socket_.remote_endpoint(); }
  [[nodiscard]] Socket* lowest_socket() noexcept override { return &socket_; }

 private:
  Socket socket_;
};

}  // namespace gnet
