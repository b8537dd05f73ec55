// The owner of a byte stream, whatever it is.
//
// What connect() returns and what handlers of servers get: TCP, a unix socket, TLS, a pipe, or
// a class of one's own that derives from ByteStream. It is one pointer wide; moving it does not
// move the stream.
//
//   gnet::AnyStream stream = gnet::connect("tls://example.org:443");
//   stream.send_all("HEAD / HTTP/1.0\r\n\r\n");
//   gnet::AnyStream secured = gnet::TLSStream(std::move(stream), context, "example.org");
//
// One that holds nothing is closed: it fails with bad_file_descriptor.
//
// Threads: an AnyStream belongs to the hub on which its stream was made.

#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gnet/io/byte_stream.h"

namespace gnet {

class TLSStream;

class AnyStream final : public ByteStream {
 public:
  AnyStream() noexcept = default;

  // Takes a stream over.
  template <std::derived_from<ByteStream> T>
  requires(!std::same_as<T, AnyStream> && std::is_move_constructible_v<T>)
      AnyStream(T stream)  // NOLINT: implicit on purpose
      : stream_(std::make_unique<T>(std::move(stream))) {}
  explicit AnyStream(std::unique_ptr<ByteStream> stream) noexcept : stream_(std::move(stream)) {}

  AnyStream(AnyStream&&) noexcept = default;
  AnyStream& operator=(AnyStream&&) noexcept = default;

  explicit operator bool() const noexcept { return stream_ != nullptr; }

  // The stream as a T (Stream, TLSStream, …), or null when it is something else.
  template <std::derived_from<ByteStream> T>
  [[nodiscard]] T* as() noexcept {
    return stream_ ? dynamic_cast<T*>(&stream_->concrete()) : nullptr;
  }
  // Null when the stream is not secured by TLS.
  [[nodiscard]] TLSStream* tls() noexcept;

  // With TLS, suspends until both sides have agreed; the other functions do it first if it
  // was not done.
  void handshake(Deadline deadline = Deadline::never());

  // Gives the stream away.
  [[nodiscard]] std::unique_ptr<ByteStream> release() noexcept { return std::move(stream_); }

  // ---- as a ByteStream ----

  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override {
    return stream().receive(buffer, size, deadline);
  }
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override {
    return stream().send_some(data, deadline);
  }
  std::size_t send_ahead(std::string_view data, Deadline deadline = Deadline::never()) override {
    return stream().send_ahead(data, deadline);
  }
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override {
    stream().send_all(data, deadline);
  }
  std::size_t send_file_some(int file, std::uint64_t offset, std::size_t size,
                             Deadline deadline = Deadline::never()) override {
    return stream().send_file_some(file, offset, size, deadline);
  }
  void shutdown_send(Deadline deadline = Deadline::never()) override {
    stream().shutdown_send(deadline);
  }
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override {
    return stream().wait_readable(deadline);
  }
  void close() noexcept override {
    if (stream_) stream_->close();
  }
  void abort() noexcept override {
    if (stream_) stream_->abort();
  }
  [[nodiscard]] bool is_open() const noexcept override { return stream_ && stream_->is_open(); }
  [[nodiscard]] Endpoint local_endpoint() const override { return stream().local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() const override { return stream().remote_endpoint(); }
  [[nodiscard]] Socket* lowest_socket() noexcept override {
    return stream_ ? stream_->lowest_socket() : nullptr;
  }
  [[nodiscard]] ByteStream& concrete() noexcept override {
    return stream_ ? stream_->concrete() : *this;
  }

 private:
  [[nodiscard]] ByteStream& stream() const {
    if (!stream_) [[unlikely]]
      refuse();
    return *stream_;
  }
  [[noreturn]] static void refuse();

  std::unique_ptr<ByteStream> stream_;
};

}  // namespace gnet
