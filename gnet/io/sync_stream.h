// What Asio wants of a stream to read and write synchronously: its SyncReadStream and
// SyncWriteStream.
//
//   class Stream : public SyncStream<Stream> { … receive(), send_some() … };
//   asio::read_until(stream, asio::dynamic_buffer(line), '\n');
//
// Threads: as the stream.

#pragma once

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <string_view>
#include <system_error>

#include "gnet/fiber/hub.h"

namespace gnet {

// `Stream` receives 0 bytes at its end, and throws std::system_error.
template <typename Stream>
class SyncStream {
 public:
  using lowest_layer_type = Stream;
  using executor_type = asio::io_context::executor_type;

  // Suspends until something is read into `buffers`; throws asio::error::eof at the
  // end of the stream.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    const auto first = first_of<asio::mutable_buffer>(buffers);
    if (first.size() == 0) return 0;
    const std::size_t count = lowest_layer().receive(first.data(), first.size());
    if (count == 0) throw std::system_error(asio::error::eof, "receive");
    return count;
  }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, asio::error_code& error) {
    return without_throwing([&] { return read_some(buffers); }, error);
  }

  // Suspends until something of `buffers` is written.
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers) {
    const auto first = first_of<asio::const_buffer>(buffers);
    if (first.size() == 0) return 0;
    return lowest_layer().send_some({static_cast<const char*>(first.data()), first.size()});
  }

  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, asio::error_code& error) {
    return without_throwing([&] { return write_some(buffers); }, error);
  }

  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return static_cast<Stream&>(*this); }

  // Makes Asio the thread's outer loop; see Hub::io_context().
  [[nodiscard]] executor_type get_executor() { return Hub::current().io_context().get_executor(); }

 protected:
  ~SyncStream() = default;
  SyncStream() = default;
  SyncStream(const SyncStream&) = default;
  SyncStream& operator=(const SyncStream&) = default;

 private:
  template <typename F>
  static std::size_t without_throwing(F&& operation, asio::error_code& error) {
    error.clear();
    try {
      return operation();
    } catch (const std::system_error& failure) {
      error = failure.code();
      return 0;
    }
  }

  // The first buffer of the sequence that is not empty.
  template <typename Buffer, typename Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
      if (const Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return {};
  }
};

}  // namespace gnet
