// One TLS connection, on a socket or on what carries its bytes: what TLSStream and Protocol have in
// common.
//
// Nothing here waits, but for handshake(). Every operation says what it needs before it can go on;
// who calls it waits for that in his own way. On a socket OpenSSL works on the descriptor itself,
// so that the kernel can encrypt; else who calls carries the bytes, by feed() and take_output().
//
//   TLSNeed need;
//   while (!(count = session.try_receive(buffer, size, need))) wait_for(need);
//
// Errors are TLSError, and std::system_error from below; after one the session is of no more use.
//
// Threads: as its socket.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/forks.h"
#include "gnet/io/socket.h"
#include "gnet/io/tls_buffers.h"
#include "gnet/io/tls_context.h"

struct bio_st;  // OpenSSL's BIO
struct ssl_st;  // and SSL

namespace gnet {

// What an operation needs: receiving may need room, as sending may need data.
enum class TLSNeed { nothing, data, room };

class TLSSession {
 public:
  // Begins on a connected socket, which must outlive the session or be replaced by attach(). A
  // client's `server_name` is the host name that the server shall have (SNI, RFC 6066), with or
  // without a dot at its end, or its address; without one a client that verifies is misuse.
  TLSSession(Socket& socket, const TLSContext& context, std::string server_name = {});
  // Begins without a socket.
  explicit TLSSession(const TLSContext& context, std::string server_name = {});
  TLSSession(const TLSSession&) = delete;
  TLSSession& operator=(const TLSSession&) = delete;
  ~TLSSession();

  // The socket was moved here.
  void attach(Socket& socket) noexcept { socket_ = &socket; }

  // Whether an end without a farewell is an end like others, after which sending goes on.
  void allow_truncation(bool allow) noexcept;

  // Both sides agree, and show who they are. Nothing is received or sent before. Whatever ends it
  // is a TLSError, a connection that is reset as well (truncated).
  [[nodiscard]] TLSNeed try_handshake();
  // Throws that, if this error is one of a connection that was reset.
  void check_reset_in_handshake(const std::error_code& error) const;
  [[nodiscard]] bool established() const noexcept { return established_; }

  // The same, and suspends as long as it takes. Throws std::errc::timed_out at the deadline, and
  // Misuse without a socket.
  void handshake(Deadline deadline = Deadline::never());

  // 0: the peer has ended its side. Nothing: `need` has to be waited for.
  [[nodiscard]] std::optional<std::size_t> try_receive(void* buffer, std::size_t size,
                                                       TLSNeed& need);

  // What was taken of `data`, which is not empty; at most one record of 16 KiB. 0: `need` has to be
  // waited for, and the next `data` must begin with this one, which may be elsewhere. Throws
  // std::errc::broken_pipe after the farewell.
  [[nodiscard]] std::size_t try_send(std::string_view data, TLSNeed& need);

  // Says farewell: nothing is sent after that. Nothing is done before the handshake, after an
  // error, while a record is sent in part, and when it was said before.
  [[nodiscard]] TLSNeed try_farewell();

  // ---- without a socket ----

  // Bytes have come from the peer; none at its end. What waits for data is to be tried again.
  void feed(std::string_view bytes);

  // Appends what is to be carried to the peer, after any operation. False: nothing.
  bool take_output(std::string& into);

  // Bytes that have come, and of which an operation may make something that it could not before.
  [[nodiscard]] bool has_input() const noexcept;

  // ---- state ----

  // A record was begun and is not sent: the next thing sent must be the same.
  [[nodiscard]] bool sending() const noexcept { return sending_; }

  // In the child of a fork(): nobody here has used it, so that its peer is the parent's.
  [[nodiscard]] bool is_of_parent() const noexcept { return used_after_ != detail::forks(); }

  // ---- facts, after the handshake ----

  [[nodiscard]] std::string version() const;      // "TLSv1.3"
  [[nodiscard]] std::string cipher() const;       // "TLS_AES_256_GCM_SHA384"
  [[nodiscard]] std::string alpn() const;         // empty: none was agreed on
  [[nodiscard]] std::string server_name() const;  // that the client asked for
  [[nodiscard]] bool resumed() const noexcept;
  [[nodiscard]] bool kernel_sends() const noexcept;
  [[nodiscard]] std::optional<Certificate> peer_certificate() const;
  // All that the peer has sent, its own first; also while the handshake has not come to its end, or
  // has failed behind them. A session that was resumed has none but the first.
  [[nodiscard]] std::vector<Certificate> peer_chain() const;

  // For errors: "TLS handshake with example.org".
  [[nodiscard]] std::string what(const char* operation) const;

 private:
  struct FreeSSL {
    void operator()(ssl_st* ssl) const noexcept;
  };

  void begin();
  void become_client();
  static long heed_read(bio_st* bio, int what, const char* data, std::size_t size, int, long,
                        int result, std::size_t* count);
  TLSNeed need_after(int result);
  [[nodiscard]] bool is_truncated() const noexcept;
  [[noreturn]] void fail(const char* operation);
  [[nodiscard]] std::string verify_reason() const;
  void check_pins();
  void check_sound(const char* operation) const;

  Socket* socket_ = nullptr;
  TLSContext context_;  // its callbacks look at it as long as there is a session
  const std::string server_name_;
  std::unique_ptr<ssl_st, FreeSSL> ssl_;
  detail::TLSBuffers buffers_;
  bool kernel_receives_ = false;
  bool read_short_ = false;  // OpenSSL's last read from the socket
  bool established_ = false;
  bool broken_ = false;
  bool sending_ = false;
  bool said_farewell_ = false;
  bool truncation_allowed_ = false;
  bool wants_more_ = false;  // of the record that has begun to come, without a socket
  unsigned used_after_ = detail::forks();
  int failure_ = 0;  // of the last call: SSL_ERROR_…
  int system_error_ = 0;
};

}  // namespace gnet
