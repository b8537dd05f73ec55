// A connection secured by TLS.
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
// on it get the error bad_file_descriptor. One that was moved from is closed as well, and has
// neither socket() nor session() any more.
//
// As a Stream it models Asio's SyncReadStream and SyncWriteStream.
//
// A peer that just goes away, without the farewell of RFC 8446, 6.1, may have been cut off by
// somebody else: receive() throws TLSError (truncated) then, unless that is allowed.
//
// Threads: a TLSStream belongs to the hub on which it was made.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gnet/io/stream.h"
#include "gnet/io/tls_context.h"
#include "gnet/io/tls_session.h"

namespace gnet {

class TLSStream : public SyncStream<TLSStream> {
 public:
  // Takes the connection over; nothing is sent yet. For the name see TLSSession.
  TLSStream(Stream stream, const TLSContext& context, std::string server_name = {});

  // Ends of streams without a farewell are ends like others: for protocols that tell themselves
  // when they are complete.
  void allow_truncation(bool allow = true) noexcept;

  // Suspends until both sides have agreed and shown who they are. The other functions do it first
  // if it was not done.
  void handshake(Deadline deadline = Deadline::never());

  // Receives at least one byte; 0 means that the peer has ended its side. Suspends.
  std::size_t receive(void* buffer, std::size_t size, Deadline deadline = Deadline::never());

  // Suspends until everything is sent, or at least one byte is.
  void send_all(std::string_view data, Deadline deadline = Deadline::never());
  std::size_t send_some(std::string_view data, Deadline deadline = Deadline::never());

  // Says farewell: the peer reads to the end. Suspends, also until another fiber has sent what it
  // is sending. Saying it twice is not an error.
  void shutdown_send(Deadline deadline = Deadline::never());

  // Closes with a farewell if that can be had at once. Does not suspend; wakes whoever waits.
  void close() noexcept;

  // Closes so that the peer sees a reset.
  void abort() noexcept;

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] Socket& socket() noexcept;

  // What was agreed on in the handshake.
  [[nodiscard]] const TLSSession& session() const noexcept;

 private:
  class Connection;
  struct End {
    void operator()(Connection* connection) const noexcept;
  };

  std::unique_ptr<Connection, End> connection_;
};

}  // namespace gnet
