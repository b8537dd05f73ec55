// A stream secured by TLS, on any other stream.
//
//   gnet::TLSStream stream(gnet::connect("example.org:443"), gnet::TLSContext::client(),
//                          "example.org");
//   stream.handshake(5s);
//   stream.send_all("HEAD / HTTP/1.0\r\n\r\n");
//
// One fiber may read while another writes; a second reader, or a second writer, is misuse. Errors
// are TLSError, and std::system_error from below; after one the connection is of no more use.
// Deadlines throw std::errc::timed_out; the peer waits then for the rest of a handshake that was
// not completed, or of what was not sent, so that only a receive may be tried again.
//
// A stream that is destroyed or assigned to is closed first, as close() does it: fibers that wait
// on it get the error bad_file_descriptor. One that was moved from is closed as well; asking for
// its session() is Misuse.
//
// On a socket OpenSSL works on the descriptor itself, so that the kernel can encrypt; on other
// streams (TLS in TLS, a tunnel of a proxy) the bytes go through buffers, and a fiber of its own
// sends them: what was sent when a call was interrupted arrives all the same.
//
// A peer that just goes away, without the farewell of RFC 8446, 6.1, may have been cut off by
// somebody else: receive() throws TLSError (truncated) then, unless that is allowed.
//
// Threads: a TLSStream belongs to the hub on which it was made.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gnet/io/any_stream.h"
#include "gnet/io/stream.h"
#include "gnet/io/tls_context.h"
#include "gnet/io/tls_session.h"

namespace gnet {

class TLSStream final : public ByteStream {
 public:
  // Takes the stream over; nothing is sent yet. For the name see TLSSession. Throws
  // bad_file_descriptor without one.
  TLSStream(AnyStream below, const TLSContext& context, std::string server_name = {});

  // Goes on with a session that was begun on the socket of this stream.
  TLSStream(Stream stream, std::unique_ptr<TLSSession> session);

  TLSStream(TLSStream&&) noexcept = default;
  TLSStream& operator=(TLSStream&&) noexcept = default;

  // Ends of streams without a farewell are ends like others: for protocols that tell themselves
  // when they are complete.
  void allow_truncation(bool allow = true) noexcept;

  // Suspends until both sides have agreed and shown who they are. The other functions do it first
  // if it was not done. Throws TLSError for whatever ends it, a connection that is reset as well;
  // std::errc::timed_out at the deadline.
  void handshake(Deadline deadline = Deadline::never());

  // Receives at least one byte; 0 means that the peer has ended its side. Suspends.
  std::size_t receive(void* buffer, std::size_t size,
                      Deadline deadline = Deadline::never()) override;

  // Suspends until everything is sent, or at least one byte is.
  void send_all(std::string_view data, Deadline deadline = Deadline::never()) override;
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never()) override;

  // Says farewell: the peer reads to the end. Suspends, also until another fiber has sent what it
  // is sending. Saying it twice is not an error.
  void shutdown_send(Deadline deadline = Deadline::never()) override;

  // Does the handshake first, too.
  [[nodiscard]] bool wait_readable(Deadline deadline = Deadline::never()) override;

  // Closes, on a socket with a farewell if that can be had at once. Does not suspend; wakes
  // whoever waits.
  void close() noexcept override;

  // Closes so that the peer sees a reset.
  void abort() noexcept override;

  [[nodiscard]] bool is_open() const noexcept override;
  [[nodiscard]] Endpoint local_endpoint() const override;
  [[nodiscard]] Endpoint remote_endpoint() const override;
  [[nodiscard]] Socket* lowest_socket() noexcept override;

  // What was agreed on in the handshake.
  [[nodiscard]] const TLSSession& session() const;

 private:
  class Connection;
  struct End {
    void operator()(Connection* connection) const noexcept;
  };

  std::unique_ptr<Connection, End> connection_;
};

}  // namespace gnet
