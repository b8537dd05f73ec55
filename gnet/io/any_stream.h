// A connected byte stream that is secured by TLS, or is not: Stream or TLSStream.
//
// For code that does the same with both, such as the handler of a StreamServer.
//
//   void greet(gnet::AnyStream& stream) { stream.send_all("hello\n"); }
//
// It models Asio's SyncReadStream and SyncWriteStream too.
//
// Threads: an AnyStream belongs to the hub on which it was made.

#pragma once

#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "gnet/io/stream.h"
#include "gnet/io/tls_stream.h"

namespace gnet {

class AnyStream : public SyncStream<AnyStream> {
 public:
  AnyStream() noexcept = default;
  AnyStream(Stream stream) noexcept : stream_(std::move(stream)) {}  // NOLINT: implicit on purpose
  AnyStream(TLSStream stream) noexcept : stream_(std::move(stream)) {}  // NOLINT

  // Null when the stream is not secured.
  [[nodiscard]] TLSStream* tls() noexcept { return std::get_if<TLSStream>(&stream_); }

  // With TLS, suspends until both sides have agreed; the other functions do it first if it
  // was not done.
  void handshake(Deadline deadline = Deadline::never()) {
    if (TLSStream* secured = tls()) secured->handshake(deadline);
  }

  // Suspends until data is there; 0 at the end of the stream.
  std::size_t receive(void* buffer, std::size_t size, Deadline deadline = Deadline::never()) {
    return visit([&](auto& stream) { return stream.receive(buffer, size, deadline); });
  }

  // Suspends until everything is sent, or at least one byte is.
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) {
    visit([&](auto& stream) { stream.send_all(data, deadline); });
  }
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) {
    return visit([&](auto& stream) { return stream.send_some(data, deadline); });
  }

  // Ends the sending side; the peer reads to the end. Suspends when TLS says farewell.
  void shutdown_send(Deadline deadline = Deadline::never()) {
    if (TLSStream* secured = tls()) return secured->shutdown_send(deadline);
    std::get<Stream>(stream_).shutdown_send();
  }
  void close() noexcept {
    visit([](auto& stream) { stream.close(); });
  }
  // Closes so that the peer sees a reset.
  void abort() noexcept {
    visit([](auto& stream) { stream.abort(); });
  }

  [[nodiscard]] bool is_open() const noexcept {
    return std::visit([](const auto& stream) { return stream.is_open(); }, stream_);
  }
  [[nodiscard]] Socket& socket() noexcept {
    return visit([](auto& stream) -> Socket& { return stream.socket(); });
  }
  [[nodiscard]] Endpoint local_endpoint() { return socket().local_endpoint(); }
  [[nodiscard]] Endpoint remote_endpoint() { return socket().remote_endpoint(); }

 private:
  template <typename F>
  std::invoke_result_t<F&, Stream&> visit(F&& function) {
    if (TLSStream* secured = tls()) return function(*secured);
    return function(*std::get_if<Stream>(&stream_));
  }

  std::variant<Stream, TLSStream> stream_;
};

}  // namespace gnet
