// What Asio wants of a stream to read and write synchronously: its SyncReadStream and
// SyncWriteStream.
//
//   class Stream : public SyncStream<Stream> { … receive(), send_some() … };
//   asio::read_until(stream, asio::dynamic_buffer(line), '\n');
//
// It names Asio's types without including them: who uses Asio has done so, and who does not
// need not wait for its compilation.
//
// Threads: as the stream.

#pragma once

#include <cstddef>
#include <string_view>
#include <system_error>

namespace asio {
class any_io_executor;
class const_buffer;
class mutable_buffer;
}  // namespace asio

namespace gnet {
namespace detail {

// What of a SyncStream is the same for all.
class AsioStream {
 public:
  using executor_type = asio::any_io_executor;

  // Makes Asio the thread's outer loop; see Hub::io_context().
  [[nodiscard]] executor_type get_executor();

 protected:
  // asio::error::eof, as std::system_error.
  [[noreturn]] static void throw_end_of_stream();
};

}  // namespace detail

// `Stream` receives 0 bytes at its end, and throws std::system_error.
template <typename Stream>
class SyncStream : public detail::AsioStream {
 public:
  using lowest_layer_type = Stream;

  // Suspends until something is read into `buffers`; throws asio::error::eof at the
  // end of the stream.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    const auto first = first_of<asio::mutable_buffer>(buffers);
    if (first.size() == 0) return 0;
    const std::size_t count = lowest_layer().receive(first.data(), first.size());
    if (count == 0) throw_end_of_stream();
    return count;
  }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, std::error_code& error) {
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
  std::size_t write_some(const Buffers& buffers, std::error_code& error) {
    return without_throwing([&] { return write_some(buffers); }, error);
  }

  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return static_cast<Stream&>(*this); }

 protected:
  ~SyncStream() = default;
  SyncStream() = default;
  SyncStream(const SyncStream&) = default;
  SyncStream& operator=(const SyncStream&) = default;

 private:
  template <typename F>
  static std::size_t without_throwing(F&& operation, std::error_code& error) {
    error.clear();
    try {
      return operation();
    } catch (const std::system_error& failure) {
      error = failure.code();
      return 0;
    }
  }

  // The first buffer of the sequence that is not empty. What walks a sequence is found by its
  // type: a buffer, or a container of them.
  template <typename Buffer, typename Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = buffer_sequence_end(buffers);
    for (auto it = buffer_sequence_begin(buffers); it != end; ++it) {
      if (const Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return {};
  }
};

}  // namespace gnet
