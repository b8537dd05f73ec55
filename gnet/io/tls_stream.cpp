#include "gnet/io/tls_stream.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>

#include "gnet/base/error.h"
#include "gnet/io/tls_state.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {
namespace {

using detail::TLSState;
using Need = TLSStream::Need;

constexpr detail::WaitKind kHandshake{"the TLS handshake that another fiber does"};
constexpr detail::WaitKind kRoom{"room on socket, after another fiber"};

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

// The peer says that our certificate will not do, or that one is missing.
bool is_about_certificates(int reason) {
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return true;
    default:
      return false;
  }
}

bool is_no_tls(int reason) {
  switch (reason) {
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_WRONG_VERSION_NUMBER:
      return true;
    default:
      return false;
  }
}

}  // namespace

class TLSStream::Connection {
 public:
  Connection(Stream stream, TLSContext context, std::shared_ptr<TLSState> state, std::string name)
      : socket(std::move(stream.socket())),
        state_(std::move(state)),
        server_name(std::move(name)),
        context_(std::move(context)),
        ssl_(SSL_new(state_->context().get())) {
    if (!ssl_ || SSL_set_fd(ssl(), socket.native_handle()) != 1) throw std::bad_alloc();
    if (state_->is_server) {
      SSL_set_accept_state(ssl());
    } else {
      become_client();
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }

  Need try_handshake() {
    if (done_) return Need::nothing;
    check_open("TLS handshake");
    begin();
    if (const Need need = need_after(SSL_do_handshake(ssl())); need != Need::nothing) return need;
    if (failure_ != 0) fail("TLS handshake");
    check_pins();
    done_ = true;
    return Need::nothing;
  }

  void handshake(Deadline deadline) {
    while (handshaking_) {
      if (!progress_.wait(kHandshake, this, deadline)) throw_errno(ETIMEDOUT, "TLS handshake");
    }
    if (done_) return;
    const Turn turn(handshaking_, progress_);
    for (;;) {
      const Need need = try_handshake();
      if (need == Need::nothing) return;
      if (!wait_for(need, deadline)) throw_errno(ETIMEDOUT, what("TLS handshake"));
    }
  }

  std::optional<std::size_t> try_receive(void* buffer, std::size_t size, Need& need) {
    check_open("receive");
    begin();
    std::size_t count = 0;
    need = need_after(SSL_read_ex(ssl(), buffer, size, &count));
    if (need != Need::nothing) return std::nullopt;
    if (failure_ == 0) return count;
    if (failure_ == SSL_ERROR_ZERO_RETURN) return 0;
    if (truncation_allowed && is_truncated()) {
      ERR_clear_error();
      return 0;
    }
    fail("receive");
  }

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) {
    handshake(deadline);
    if (size == 0) return 0;
    check_open("receive");
    if (receiving_) throw Misuse("a second fiber wants to receive on one TLS stream");
    const Turn turn(receiving_, progress_);
    socket.took_turn();
    for (;;) {
      Need need = Need::nothing;
      if (const auto count = try_receive(buffer, size, need)) return *count;
      if (!wait_for(need, deadline)) throw_errno(ETIMEDOUT, "receive");
    }
  }

  std::size_t try_send(std::string_view data, Need& need) {
    check_open("send");
    begin();
    std::size_t count = 0;
    need = need_after(SSL_write_ex(ssl(), data.data(), data.size(), &count));
    if (failure_ != 0 && need == Need::nothing) fail("send");
    return count;
  }

  std::size_t send_some(std::string_view data, Deadline deadline) {
    handshake(deadline);
    if (data.empty()) return 0;
    check_open("send");
    if (sending_) throw Misuse("a second fiber wants to send on one TLS stream");
    if (unfinished_) {
      throw TLSError(TLSErrc::protocol, what("send"), "what was sent before is not complete");
    }
    const Turn turn(sending_, progress_);
    socket.took_turn();
    for (;;) {
      Need need = Need::nothing;
      if (const std::size_t count = try_send(data, need)) {
        unfinished_ = false;
        return count;
      }
      unfinished_ = true;  // OpenSSL has begun a record with these bytes
      if (!wait_for(need, deadline)) throw_errno(ETIMEDOUT, "send");
    }
  }

  // Whether the farewell is sent, or cannot be.
  Need try_farewell() {
    if (!done_ || broken_ || unfinished_ || !socket.is_open()) return Need::nothing;
    begin();
    const int result = SSL_shutdown(ssl());
    const Need need = need_after(result < 0 ? result : 1);
    if (failure_ != 0 && need == Need::nothing) fail("send");
    return need;
  }

  void shutdown_send(Deadline deadline) {
    handshake(deadline);
    check_open("send");
    for (;;) {
      const Need need = try_farewell();
      if (need == Need::nothing) return;
      if (!wait_for(need, deadline)) throw_errno(ETIMEDOUT, "send");
    }
  }

  void close() noexcept {
    try {
      static_cast<void>(try_farewell());
    } catch (...) {
      // It is a courtesy.
    }
    socket.close();
  }

  // The reader and the writer may both need room: the one that came second waits for the other.
  bool wait_for(Need need, Deadline deadline) {
    if (need == Need::nothing) return true;
    if (need == Need::data) return socket.wait_readable(deadline);
    if (waiting_for_room_) return progress_.wait(kRoom, this, deadline);
    const Turn turn(waiting_for_room_, progress_);
    return socket.wait_writable(deadline);
  }

  [[nodiscard]] bool done() const noexcept { return done_; }

  Socket socket;

 private:
  std::shared_ptr<TLSState> state_;

 public:
  const std::string server_name;
  bool truncation_allowed = false;

 private:
  struct FreeSSL {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  // A flag that is set for a while; when it ends others look again.
  struct Turn {
    Turn(bool& flag, WaitQueue& others) : flag(flag), others(others) { flag = true; }
    ~Turn() {
      flag = false;
      others.notify_all();
    }
    bool& flag;
    WaitQueue& others;
  };

  void become_client() {
    SSL_set_connect_state(ssl());
    // For keep_session().
    SSL_set_app_data(ssl(), const_cast<std::string*>(&server_name));
    const bool verify = state_->client.verify;
    if (server_name.empty()) {
      if (verify) throw Misuse("a TLS client that verifies its server needs the server's name");
      return;
    }
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl());
    bool ok = true;
    if (is_address(server_name)) {
      if (verify) ok = X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name.c_str()) == 1;
    } else {
      ok = SSL_set_tlsext_host_name(ssl(), server_name.c_str()) == 1;
      SSL_set_hostflags(ssl(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      if (verify) ok = ok && SSL_set1_host(ssl(), server_name.c_str()) == 1;
    }
    if (!ok) detail::throw_tls_configuration("the server name '" + server_name + "'");
    if (const auto session = state_->take_session(server_name)) {
      SSL_set_session(ssl(), session.get());
    }
  }

  void begin() noexcept {
    // What others have left there would be taken for ours.
    ERR_clear_error();
    errno = 0;
  }

  // What has to be waited for after a call; failure_ is what it failed with.
  Need need_after(int result) {
    failure_ = 0;
    if (result > 0) return Need::nothing;
    const int number = errno;
    failure_ = SSL_get_error(ssl(), result);
    system_error_ = number;
    if (failure_ == SSL_ERROR_WANT_READ) {
      socket.exhausted();
      return Need::data;
    }
    if (failure_ == SSL_ERROR_WANT_WRITE) {
      socket.full();
      return Need::room;
    }
    return Need::nothing;
  }

  [[nodiscard]] bool is_truncated() const noexcept {
    if (failure_ == SSL_ERROR_SYSCALL) return system_error_ == 0;
    return failure_ == SSL_ERROR_SSL &&
           ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  }

  [[noreturn]] void fail(const char* operation) {
    broken_ = true;
    if (is_truncated()) {
      ERR_clear_error();
      throw TLSError(TLSErrc::truncated, what(operation),
                     done_ ? "the peer ended the connection without saying so"
                           : "the peer ended the connection");
    }
    if (failure_ == SSL_ERROR_SYSCALL) throw_errno(system_error_, what(operation));
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
      ERR_clear_error();
      throw TLSError(TLSErrc::certificate, what(operation), verify_reason());
    }
    if (is_no_tls(reason)) {
      ERR_clear_error();
      throw TLSError(TLSErrc::handshake, what(operation), "the peer does not speak TLS");
    }
    const TLSErrc code = is_about_certificates(reason) ? TLSErrc::certificate
                         : done_                       ? TLSErrc::protocol
                                                       : TLSErrc::handshake;
    throw TLSError(code, what(operation), detail::take_tls_reason("not possible"));
  }

  [[nodiscard]] std::string verify_reason() const {
    const long result = SSL_get_verify_result(ssl());
    if (result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      return "the certificate is not for this name";
    }
    return X509_verify_cert_error_string(result);
  }

  void check_pins() {
    const auto& pins = state_->client.pins;
    if (state_->is_server || pins.empty()) return;
    X509* const peer = SSL_get0_peer_certificate(ssl());
    const std::string pin = peer != nullptr ? Certificate(peer).pin() : "none";
    if (std::find(pins.begin(), pins.end(), pin) != pins.end()) return;
    broken_ = true;
    throw TLSError(TLSErrc::certificate, what("TLS handshake"),
                   "the key of the server is " + pin + ", which is not pinned");
  }

  void check_open(const char* operation) const {
    if (!socket.is_open()) throw_errno(EBADF, operation);
    if (broken_) throw TLSError(TLSErrc::protocol, what(operation), "it has failed before");
  }

  [[nodiscard]] std::string what(const char* operation) const {
    return server_name.empty() ? operation : fmt::format("{} with {}", operation, server_name);
  }

  TLSContext context_;  // as long as there are connections, callbacks look at its state
  std::unique_ptr<SSL, FreeSSL> ssl_;
  bool done_ = false;  // the handshake
  bool broken_ = false;
  bool unfinished_ = false;  // a send was given up in the middle
  bool handshaking_ = false;
  bool receiving_ = false;
  bool sending_ = false;
  bool waiting_for_room_ = false;
  int failure_ = 0;  // of the last call: SSL_ERROR_…
  int system_error_ = 0;
  WaitQueue progress_;
};

TLSStream::TLSStream(Stream stream, const TLSContext& context, std::string server_name)
    : connection_(std::make_unique<Connection>(std::move(stream), context, context.state_,
                                               std::move(server_name))) {}
TLSStream::TLSStream(TLSStream&&) noexcept = default;
TLSStream& TLSStream::operator=(TLSStream&&) noexcept = default;

TLSStream::~TLSStream() {
  if (connection_) close();
}

void TLSStream::allow_truncation(bool allow) noexcept {
  connection_->truncation_allowed = allow;
}

void TLSStream::handshake(Deadline deadline) {
  connection_->handshake(deadline);
}

std::size_t TLSStream::receive(void* buffer, std::size_t size, Deadline deadline) {
  return connection_->receive(buffer, size, deadline);
}

std::size_t TLSStream::send_some(std::string_view data, Deadline deadline) {
  return connection_->send_some(data, deadline);
}

void TLSStream::send_all(std::string_view data, Deadline deadline) {
  while (!data.empty()) data.remove_prefix(connection_->send_some(data, deadline));
}

void TLSStream::shutdown_send(Deadline deadline) {
  connection_->shutdown_send(deadline);
}

void TLSStream::close() noexcept {
  connection_->close();
}

void TLSStream::abort() noexcept {
  connection_->socket.abort();
}

bool TLSStream::is_open() const noexcept {
  return connection_ && connection_->socket.is_open();
}

Socket& TLSStream::socket() noexcept {
  return connection_->socket;
}

Need TLSStream::try_handshake() {
  return connection_->try_handshake();
}

std::optional<std::size_t> TLSStream::try_receive(void* buffer, std::size_t size, Need& need) {
  return connection_->try_receive(buffer, size, need);
}

std::size_t TLSStream::try_send(std::string_view data, Need& need) {
  return connection_->try_send(data, need);
}

bool TLSStream::wait_for(Need need, Deadline deadline) {
  return connection_->wait_for(need, deadline);
}

std::string TLSStream::version() const {
  return SSL_get_version(connection_->ssl());
}

std::string TLSStream::cipher() const {
  return SSL_get_cipher_name(connection_->ssl());
}

std::string TLSStream::alpn() const {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection_->ssl(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

std::string TLSStream::server_name() const {
  if (!connection_->server_name.empty()) return connection_->server_name;
  const char* name = SSL_get_servername(connection_->ssl(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

bool TLSStream::resumed() const noexcept {
  return SSL_session_reused(connection_->ssl()) == 1;
}

bool TLSStream::kernel_sends() const noexcept {
  return BIO_get_ktls_send(SSL_get_wbio(connection_->ssl())) != 0;
}

std::optional<Certificate> TLSStream::peer_certificate() const {
  X509* const certificate = SSL_get0_peer_certificate(connection_->ssl());
  if (certificate == nullptr) return std::nullopt;
  return Certificate(certificate);
}

}  // namespace gnet
