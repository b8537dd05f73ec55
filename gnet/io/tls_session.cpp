#include "gnet/io/tls_session.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/io/ascii_host.h"
#include "gnet/io/openssl.h"
#include "gnet/io/start_of_wait.h"
#include "gnet/io/tls_state.h"

namespace gnet {
namespace {

// The peer says that our certificate will not do, or that one is missing.
bool is_refusal(int reason) {
  switch (reason) {
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

// Neither certificates nor SNI have the dot of a fully qualified name (RFC 6066, 3).
std::string without_dot(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return name;
}

// What others have left there would be taken for ours.
void forget_errors() noexcept {
  if (ERR_peek_error() != 0) ERR_clear_error();  // to clear is work, also where nothing is
  errno = 0;
}

}  // namespace

void TLSSession::FreeSSL::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

TLSSession::TLSSession(Socket& socket, const TLSContext& context, std::string server_name)
    : socket_(&socket),
      context_(context),
      server_name_(ascii_host(without_dot(std::move(server_name)))),
      ssl_(SSL_new(context.state_->context().get())) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket.native_handle()) != 1) throw std::bad_alloc();
  BIO* const bio = SSL_get_rbio(ssl_.get());
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(this));
  BIO_set_callback_ex(bio, heed_read);
  begin();
}

TLSSession::TLSSession(const TLSContext& context, std::string server_name)
    : context_(context),
      server_name_(ascii_host(without_dot(std::move(server_name)))),
      ssl_(SSL_new(context.state_->context().get())) {
  BIO* const input = BIO_new(BIO_s_mem());
  BIO* const output = BIO_new(BIO_s_mem());
  if (!ssl_ || input == nullptr || output == nullptr) {
    BIO_free(input);
    BIO_free(output);
    throw std::bad_alloc();
  }
  SSL_set_bio(ssl_.get(), input, output);
  begin();
}

// OpenSSL calls this before and after each thing that it does with the socket.
long TLSSession::heed_read(BIO* bio, int what, const char*, std::size_t size, int, long, int result,
                           std::size_t* count) {
  if (what == (BIO_CB_READ | BIO_CB_RETURN) && result > 0) {
    auto& self = *reinterpret_cast<TLSSession*>(BIO_get_callback_arg(bio));
    self.read_short_ = *count < size;
  }
  return result;
}

void TLSSession::begin() {
  if (context_.is_server()) {
    SSL_set_accept_state(ssl_.get());
  } else {
    become_client();
  }
}

TLSSession::~TLSSession() = default;

void TLSSession::become_client() {
  SSL* const ssl = ssl_.get();
  SSL_set_connect_state(ssl);
  SSL_set_app_data(ssl, const_cast<std::string*>(&server_name_));  // for keep_session()
  const bool verify = context_.state_->client.verify;
  if (server_name_.empty()) {
    if (verify) throw Misuse("a TLS client that verifies its server needs the server's name");
    return;
  }
  refuse_nul(server_name_, "TLS with " + server_name_, "the server's name");
  bool ok = true;
  if (detail::is_address(server_name_)) {
    if (verify) ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), server_name_.c_str()) == 1;
  } else {
    ok = SSL_set_tlsext_host_name(ssl, server_name_.c_str()) == 1;
    // The subject of a certificate is for people: names stand in its subjectAltName (RFC 9525).
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (verify) ok = ok && SSL_set1_host(ssl, server_name_.c_str()) == 1;
  }
  if (!ok) detail::throw_tls_configuration("the server name '" + server_name_ + "'");
  if (const auto session = context_.state_->take_session(server_name_)) {
    SSL_set_session(ssl, session.get());
  }
}

void TLSSession::allow_truncation(bool allow) noexcept {
  truncation_allowed_ = allow;
  if (allow) {
    SSL_set_options(ssl_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  } else {
    SSL_clear_options(ssl_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  }
}

// ---- operations ----

TLSNeed TLSSession::try_handshake() {
  if (established_) return TLSNeed::nothing;
  check_sound("TLS handshake");
  forget_errors();
  const TLSNeed need = need_after(SSL_do_handshake(ssl_.get()));
  if (need != TLSNeed::nothing) return need;
  if (failure_ != 0) fail("TLS handshake");
  check_pins();
  established_ = true;
  kernel_receives_ = BIO_get_ktls_recv(SSL_get_rbio(ssl_.get())) != 0;
  if (socket_ != nullptr && SSL_has_pending(ssl_.get())) socket_->read_ahead();
  return TLSNeed::nothing;
}

void TLSSession::check_reset_in_handshake(const std::error_code& error) const {
  if (error != std::errc::connection_reset && error != std::errc::broken_pipe) return;
  throw TLSError(TLSErrc::truncated, what("TLS handshake"), "the peer reset the connection");
}

void TLSSession::handshake(Deadline deadline) {
  if (socket_ == nullptr) throw Misuse("a TLS session without a socket cannot wait");
  const TimePoint since = detail::start_of_wait(deadline);
  for (;;) {
    const TLSNeed need = try_handshake();
    if (need == TLSNeed::nothing) return;
    const bool in_time =
        need == TLSNeed::data ? socket_->wait_readable(deadline) : socket_->wait_writable(deadline);
    if (!in_time) throw_timed_out(what("TLS handshake"), since);
  }
}

std::optional<std::size_t> TLSSession::try_receive(void* buffer, std::size_t size, TLSNeed& need) {
  check_sound("receive");
  forget_errors();
  std::size_t count = 0;
  read_short_ = false;
  need = need_after(SSL_read_ex(ssl_.get(), buffer, size, &count));
  if (need != TLSNeed::nothing) return std::nullopt;
  if (failure_ == 0) {
    // Saves the call that would find nothing. The kernel gives records that it has decrypted
    // itself one at a time: there a short read says nothing.
    if (read_short_ && !kernel_receives_ && SSL_has_pending(ssl_.get()) == 0) socket_->emptied();
    return count;
  }
  if (failure_ == SSL_ERROR_ZERO_RETURN) return 0;
  if (truncation_allowed_ && is_truncated()) {
    ERR_clear_error();
    return 0;
  }
  fail("receive");
}

std::size_t TLSSession::try_send(std::string_view data, TLSNeed& need) {
  check_sound("send");
  if (said_farewell_) throw_errno(EPIPE, "send");  // as on a socket, and receiving goes on
  forget_errors();
  std::size_t count = 0;
  need = need_after(SSL_write_ex(ssl_.get(), data.data(), data.size(), &count));
  sending_ = need != TLSNeed::nothing;
  if (failure_ != 0 && !sending_) fail("send");
  return count;
}

TLSNeed TLSSession::try_farewell() {
  if (!established_ || broken_ || sending_) return TLSNeed::nothing;
  if (socket_ != nullptr && !socket_->is_open()) return TLSNeed::nothing;
  if (said_farewell_) return TLSNeed::nothing;  // once more would mean to receive that of the peer
  forget_errors();
  // 0: sent, and that of the peer has not come.
  const int result = SSL_shutdown(ssl_.get());
  const TLSNeed need = need_after(result == 0 ? 1 : result);
  if (failure_ != 0 && need == TLSNeed::nothing) fail("send");
  said_farewell_ = need == TLSNeed::nothing;
  return need;
}

// ---- without a socket ----

void TLSSession::feed(std::string_view bytes) {
  BIO* const input = SSL_get_rbio(ssl_.get());
  wants_more_ = false;
  if (bytes.empty()) {
    BIO_set_mem_eof_return(input, 0);  // instead of: try again
    return;
  }
  std::size_t written = 0;
  if (BIO_write_ex(input, bytes.data(), bytes.size(), &written) != 1) throw std::bad_alloc();
}

bool TLSSession::take_output(std::string& into) {
  BIO* const output = SSL_get_wbio(ssl_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(output, &data);
  if (size <= 0) return false;
  into.append(data, static_cast<std::size_t>(size));
  BIO_reset(output);
  return true;
}

bool TLSSession::has_input() const noexcept {
  if (wants_more_) return false;
  return SSL_has_pending(ssl_.get()) == 1 || BIO_pending(SSL_get_rbio(ssl_.get())) > 0;
}

// ---- what went on ----

// What has to be waited for after a call; failure_ is what it failed with.
TLSNeed TLSSession::need_after(int result) {
  used_after_ = detail::forks();
  system_error_ = errno;
  buffers_.used(ssl_.get());
  failure_ = result > 0 ? 0 : SSL_get_error(ssl_.get(), result);
  if (failure_ == SSL_ERROR_WANT_READ) {
    if (socket_ != nullptr) socket_->exhausted();
    wants_more_ = true;
    return TLSNeed::data;
  }
  if (failure_ == SSL_ERROR_WANT_WRITE) {
    if (socket_ != nullptr) socket_->full();
    return TLSNeed::room;
  }
  return TLSNeed::nothing;
}

// ---- errors ----

bool TLSSession::is_truncated() const noexcept {
  if (failure_ == SSL_ERROR_SYSCALL) return system_error_ == 0;
  return failure_ == SSL_ERROR_SSL &&
         ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

void TLSSession::fail(const char* operation) {
  broken_ = true;
  if (is_truncated()) {
    ERR_clear_error();
    throw TLSError(TLSErrc::truncated, what(operation),
                   established_ ? "the peer ended the connection without saying so"
                                : "the peer ended the connection");
  }
  if (failure_ == SSL_ERROR_SYSCALL) {
    if (!established_) check_reset_in_handshake({system_error_, std::generic_category()});
    throw_errno(system_error_, what(operation));
  }
  const int reason = ERR_GET_REASON(ERR_peek_error());
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    ERR_clear_error();
    throw TLSError(TLSErrc::certificate, what(operation), verify_reason());
  }
  if (is_no_tls(reason)) {
    ERR_clear_error();
    throw TLSError(TLSErrc::handshake, what(operation), "the peer does not speak TLS");
  }
  const TLSErrc code = reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ? TLSErrc::certificate
                       : is_refusal(reason)                              ? TLSErrc::refused
                       : established_                                    ? TLSErrc::protocol
                                                                         : TLSErrc::handshake;
  throw TLSError(code, what(operation), detail::take_tls_reason("not possible"));
}

std::string TLSSession::verify_reason() const {
  const long result = SSL_get_verify_result(ssl_.get());
  if (result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return "the certificate is not for this name";
  }
  return X509_verify_cert_error_string(result);
}

void TLSSession::check_pins() {
  const auto& pins = context_.state_->client.pins;
  if (context_.is_server() || pins.empty()) return;
  const auto peer = peer_certificate();
  const std::string pin = peer ? peer->pin() : "none";
  if (std::find(pins.begin(), pins.end(), pin) != pins.end()) return;
  broken_ = true;
  throw TLSError(TLSErrc::certificate, what("TLS handshake"),
                 "the key of the server is " + pin + ", which is not pinned");
}

void TLSSession::check_sound(const char* operation) const {
  if (socket_ != nullptr && !socket_->is_open()) throw_errno(EBADF, operation);
  if (broken_) throw TLSError(TLSErrc::protocol, what(operation), "it has failed before");
}

std::string TLSSession::what(const char* operation) const {
  return server_name_.empty() ? operation : fmt::format("{} with {}", operation, server_name_);
}

// ---- facts ----

std::string TLSSession::version() const {
  return SSL_get_version(ssl_.get());
}

std::string TLSSession::cipher() const {
  return SSL_get_cipher_name(ssl_.get());
}

std::string TLSSession::alpn() const {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

std::string TLSSession::server_name() const {
  if (!server_name_.empty()) return server_name_;
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

bool TLSSession::resumed() const noexcept {
  return SSL_session_reused(ssl_.get()) == 1;
}

bool TLSSession::kernel_sends() const noexcept {
  return BIO_get_ktls_send(SSL_get_wbio(ssl_.get())) != 0;
}

std::optional<Certificate> TLSSession::peer_certificate() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return std::nullopt;
  return Certificate(certificate);
}

std::vector<Certificate> TLSSession::peer_chain() const {
  std::vector<Certificate> chain;
  // A server's view of it has the client's own beside it.
  const STACK_OF(X509)* const sent = SSL_get_peer_cert_chain(ssl_.get());
  const auto own = peer_certificate();
  if (own && (context_.is_server() || sk_X509_num(sent) <= 0)) chain.push_back(*own);
  for (int i = 0; i < sk_X509_num(sent); ++i) chain.emplace_back(sk_X509_value(sent, i));
  return chain;
}

}  // namespace gnet
