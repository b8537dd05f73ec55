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

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <string_view>

#include "gnet/io/socket.h"

namespace gnet {

class Stream {
 public:
  using lowest_layer_type = Stream;
  using executor_type = asio::io_context::executor_type;

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

  // Suspends until everything is sent.
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) {
    socket_.send_all(data, deadline);
  }

  // Ends the sending side; the peer reads to the end.
  void shutdown_send() { socket_.shutdown_send(); }
  void close() noexcept { socket_.close(); }
  void abort() noexcept { socket_.abort(); }

  [[nodiscard]] Endpoint local_endpoint() const { return socket_.local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const { return socket_.remote_endpoint(); }

  // ---- Asio's SyncReadStream and SyncWriteStream ----

  // Suspends until something is read into `buffers`; throws asio::error::eof at the
  // end of the stream.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    asio::error_code error;
    const std::size_t count = read_some(buffers, error);
    if (error) throw std::system_error(error, "receive");
    return count;
  }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, asio::error_code& error) {
    error.clear();
    const asio::mutable_buffer first = first_of<asio::mutable_buffer>(buffers);
    if (first.size() == 0) return 0;
    try {
      const std::size_t count = receive(first.data(), first.size());
      if (count == 0) error = asio::error::eof;
      return count;
    } catch (const std::system_error& failure) {
      error = failure.code();
      return 0;
    }
  }

  // Suspends until something of `buffers` is written.
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers) {
    asio::error_code error;
    const std::size_t count = write_some(buffers, error);
    if (error) throw std::system_error(error, "send");
    return count;
  }

  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, asio::error_code& error) {
    error.clear();
    const asio::const_buffer first = first_of<asio::const_buffer>(buffers);
    if (first.size() == 0) return 0;
    try {
      return socket_.send_some({static_cast<const char*>(first.data()), first.size()});
    } catch (const std::system_error& failure) {
      error = failure.code();
      return 0;
    }
  }

  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }

  // Makes Asio the thread's outer loop; see Hub::io_context().
  [[nodiscard]] executor_type get_executor() { return Hub::current().io_context().get_executor(); }

 private:
  // The first buffer of the sequence that is not empty.
  template <typename Buffer, typename Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
      if (const Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return {};
  }

  Socket socket_;
};

}  // namespace gnet
