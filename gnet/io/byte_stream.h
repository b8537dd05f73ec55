// A stream of bytes in both directions, whatever carries it.
//
// The one interface that protocols are written on: a function on a ByteStream works on a
// TCP connection, a unix socket, TLS, a pipe, a pair of sockets in a test, and on what is laid
// over any of them. Whoever needs the speed of one kind takes Stream, TLSStream or Pipe itself;
// who keeps a stream without caring for its kind has an AnyStream.
//
//   void echo(gnet::ByteStream& stream) {
//     char buffer[4096];
//     while (const std::size_t n = stream.receive(buffer, sizeof buffer)) {
//       stream.send_all({buffer, n});
//     }
//   }
//
// Calls suspend only their own fiber. One fiber may receive while another sends; a second
// receiver, or a second sender, is misuse. close() wakes whoever waits: they get the error
// bad_file_descriptor. Errors are std::system_error (TLSError is one); when a Deadline passes,
// std::errc::timed_out is thrown.
//
// It models Asio's SyncReadStream and SyncWriteStream, so that asio::read_until, asio::write,
// asio::ssl::stream and whatever is built on them run on it, cooperatively.
//
// Threads: a stream belongs to the hub on which it was made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/sync_stream.h"

namespace gnet {

class Socket;

class ByteStream : public SyncStream<ByteStream> {
 public:
  virtual ~ByteStream() = default;

  // Suspends until data is there, and receives at least one byte of it; 0 at the end of the
  // stream, or when `size` is 0.
  virtual std::size_t receive(void* buffer, std::size_t size,
                              Deadline deadline = Deadline::never()) = 0;

  // Suspends until at least one byte is sent: how many were.
  virtual std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) = 0;

  // As send_some(), of what something else follows at once: the kernel may hold it back for that,
  // so that both leave together, such as a head and the file behind it.
  virtual std::size_t send_ahead(std::string_view data, Deadline deadline = Deadline::never()) {
    return send_some(data, deadline);
  }

  // Suspends until everything is sent. After an error nobody knows how much was.
  virtual void send_all(std::string_view data, Deadline deadline = Deadline::never()) = 0;

  // As send_some(), of up to `size` bytes that lie in an open file from `offset` on: how many were
  // sent, and 0 only at the end of the file. From a file to a socket they do not come through this
  // process (sendfile(2)). The thread waits for what has to be fetched from the disk: see
  // gnet::sendfile(), which does not.
  virtual std::size_t send_file_some(int file, std::uint64_t offset, std::size_t size,
                                     Deadline deadline = Deadline::never());

  // Ends the sending side; the peer reads to the end, and may go on sending. Suspends where a
  // layer says farewell first, as TLS does.
  virtual void shutdown_send(Deadline deadline = Deadline::never()) = 0;

  // Suspends until receive() has something to give without waiting: data, the end, or an error.
  // False: the deadline passed. With TLS what is no data, such as a ticket, counts too.
  [[nodiscard]] virtual bool wait_readable(Deadline deadline = Deadline::never()) = 0;

  // Ends both sides and wakes whoever waits. Does not suspend.
  virtual void close() noexcept = 0;

  // As close(), and has the peer see a reset where the stream has such a thing.
  virtual void abort() noexcept = 0;

  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  // Where the stream's own end is, and its peer's: of the socket that carries it. Throw
  // std::system_error: not_connected once the connection is gone, not_a_socket where there is
  // none.
  [[nodiscard]] virtual Endpoint local_endpoint() const = 0;
  [[nodiscard]] virtual Endpoint remote_endpoint() const = 0;

  // The socket that carries it, under whatever layers: for its options. Null without one.
  [[nodiscard]] virtual Socket* lowest_socket() noexcept { return nullptr; }

  // The stream itself; what an AnyStream holds.
  [[nodiscard]] virtual ByteStream& concrete() noexcept { return *this; }

 protected:
  ByteStream() = default;
  ByteStream(const ByteStream&) = default;
  ByteStream& operator=(const ByteStream&) = default;
};

}  // namespace gnet
