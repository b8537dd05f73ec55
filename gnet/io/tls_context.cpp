#include "gnet/io/tls_context.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <mutex>
#include <string_view>
#include <utility>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/openssl.h"
#include "gnet/io/tls_state.h"

namespace gnet {
namespace {

using detail::Bio;
using detail::Key;
using detail::no_password;
using detail::reading;
using detail::SSLContext;
using detail::throw_tls_configuration;
using detail::TLSState;
using detail::X509Pointer;

// Of TLS 1.2: the key is agreed on anew each time, and nothing is encrypted without being
// authenticated. Those of TLS 1.3 are all so.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

constexpr std::size_t kMaxSessions = 1000;

void ignore_sigpipe() {
  static const bool done = [] {
    struct sigaction present {};
    sigaction(SIGPIPE, nullptr, &present);
    if (present.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  static_cast<void>(done);
}

// Lines of the key log of NSS, which Wireshark reads.
void log_keys(const SSL* ssl, const char* line) {
  const TLSState* state = TLSState::of(SSL_get_SSL_CTX(ssl));
  std::string text(line);
  text += '\n';
  if (write(state->key_log.get(), text.data(), text.size()) < 0) return;  // it is only a log
}

std::vector<unsigned char> alpn_wire(const std::vector<std::string>& protocols) {
  std::vector<unsigned char> wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      throw TLSError(TLSErrc::configuration, "ALPN '" + protocol + "'",
                     "a name has 1 to 255 bytes");
    }
    wire.push_back(static_cast<unsigned char>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  return wire;
}

// The server's order counts.
int choose_alpn(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                const unsigned char* offered, unsigned offered_size, void*) {
  const auto* const wire = TLSState::of(SSL_get_SSL_CTX(ssl))->announced();
  if (wire == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const int result =
      SSL_select_next_proto(const_cast<unsigned char**>(chosen), size, wire->data(),
                            static_cast<unsigned>(wire->size()), offered, offered_size);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void use_identity(SSL_CTX* context, const Identity& identity) {
  constexpr const char* kWhat = "cannot use the certificate";
  const Bio certificates = reading(identity.certificate);
  const X509Pointer own(PEM_read_bio_X509(certificates.get(), nullptr, no_password, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) throw_tls_configuration(kWhat);
  for (;;) {
    X509Pointer next(PEM_read_bio_X509(certificates.get(), nullptr, no_password, nullptr));
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) throw_tls_configuration(kWhat);
    static_cast<void>(next.release());
  }
  ERR_clear_error();
  const Key key(
      PEM_read_bio_PrivateKey(reading(identity.key).get(), nullptr, no_password, nullptr));
  if (!key) throw_tls_configuration("cannot use the private key");
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return;
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (X509_check_private_key(sk_X509_value(chain, i), key.get()) != 1) continue;
    ERR_clear_error();
    throw TLSError(TLSErrc::configuration, kWhat,
                   fmt::format("its file begins with another; its own is number {}, and has to be "
                               "the first, before those that have signed it",
                               i + 2));
  }
  throw_tls_configuration("the private key is not that of the certificate");
}

void believe(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return;
  }
  refuse_nul(ca_file, "cannot open " + ca_file, "its name");
  if (access(ca_file.c_str(), R_OK) != 0) throw_errno("cannot open " + ca_file);
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) throw_tls_configuration(ca_file);
}

int number_of(TLSVersion version) {
  return TLS1_VERSION + static_cast<int>(version) - static_cast<int>(TLSVersion::tls1_0);
}

template <typename Options>
SSLContext make_context(const SSL_METHOD* method, const Options& options, const TLSState& state) {
  SSLContext owner(SSL_CTX_new(method));
  SSL_CTX* const context = owner.get();
  if (context == nullptr) throw_tls_configuration("cannot use OpenSSL");
  SSL_CTX_set_app_data(context, const_cast<TLSState*>(&state));
  SSL_CTX_set_min_proto_version(context, number_of(options.min_version));
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   (options.kernel ? SSL_OP_ENABLE_KTLS : 0));
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_AUTO_RETRY);
  // A record's head and body with one call, and what comes behind them: nobody waits for data
  // before all of that is received.
  SSL_CTX_set_read_ahead(context, 1);
  const std::string ciphers = options.ciphers.empty() ? kCiphers : options.ciphers;
  refuse_nul(ciphers, "TLS", "the list of ciphers");
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) {
    throw_tls_configuration("ciphers '" + ciphers + "'");
  }
  if (state.key_log) SSL_CTX_set_keylog_callback(context, log_keys);
  return owner;
}

Identity identity_of(const std::string& certificate_file, const std::string& key_file,
                     const Identity& identity) {
  if (certificate_file.empty()) return identity;
  return load_identity(certificate_file, key_file);
}

SSLContext make_server(const TLSServerOptions& options, const TLSState& state,
                       const Identity& identity) {
  SSLContext owner = make_context(TLS_server_method(), options, state);
  SSL_CTX* const context = owner.get();
  if (identity.certificate.empty()) throw Misuse("a TLS server needs a certificate");
  use_identity(context, identity);
  if (!options.client_ca_file.empty()) {
    believe(context, options.client_ca_file);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  constexpr std::array<unsigned char, 4> kSessions{'g', 'n', 'e', 't'};
  SSL_CTX_set_session_id_context(context, kSessions.data(), kSessions.size());
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  return owner;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  TLSState* state = TLSState::of(SSL_get_SSL_CTX(ssl));
  const auto* server = static_cast<const std::string*>(SSL_get_app_data(ssl));
  if (server == nullptr || server->empty()) return 0;
  state->keep_session(*server, session);
  return 1;
}

SSLContext make_client(const TLSClientOptions& options, const TLSState& state,
                       const Identity& identity) {
  SSLContext owner = make_context(TLS_client_method(), options, state);
  SSL_CTX* const context = owner.get();
  SSL_CTX_set_max_proto_version(context, number_of(options.max_version));
  if (!identity.certificate.empty()) use_identity(context, identity);
  if (options.verify) {
    believe(context, options.ca_file);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  // Here 0 means success.
  if (!state.alpn.empty() && SSL_CTX_set_alpn_protos(context, state.alpn.data(),
                                                     static_cast<unsigned>(state.alpn.size()))) {
    throw_tls_configuration("ALPN");
  }
  if (options.resume) {
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_session);
  }
  return owner;
}

template <typename Options>
void take_identity(const Endpoint& endpoint, Options& options) {
  if (const auto file = endpoint.option("cert")) {
    options.certificate_file = *file;
    options.key_file.clear();  // it may be in the same file
  }
  if (const auto file = endpoint.option("key")) options.key_file = *file;
}

void refuse_options_of_clients(const Endpoint& endpoint) {
  for (const std::string_view option : {"cacert", "sni"}) {
    if (!endpoint.option(option)) continue;
    throw BadEndpoint(endpoint.url(), fmt::format("option '{}' is only for connecting", option));
  }
}

UniqueFd open_key_log(const std::string& file) {
  if (file.empty()) return {};
  refuse_nul(file, "cannot open key log " + file, "its name");
  UniqueFd fd(open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) throw_errno("cannot open key log " + file);
  return fd;
}

}  // namespace

void TLSServerOptions::override_by(const Endpoint& endpoint) {
  refuse_options_of_clients(endpoint);
  take_identity(endpoint, *this);
}

void TLSClientOptions::override_by(const Endpoint& endpoint) {
  take_identity(endpoint, *this);
  if (const auto file = endpoint.option("cacert")) ca_file = *file;
}

namespace detail {

TLSState::TLSState(TLSServerOptions options)
    : server(std::move(options)),
      is_server(true),
      alpn(alpn_wire(server.alpn)),
      key_log(open_key_log(server.key_log_file)) {
  reload();
}

TLSState::TLSState(TLSClientOptions options)
    : client(std::move(options)),
      alpn(alpn_wire(client.alpn)),
      key_log(open_key_log(client.key_log_file)) {
  reload();
}

void TLSState::reload() {
  Identity now = is_server ? identity_of(server.certificate_file, server.key_file, server.identity)
                           : identity_of(client.certificate_file, client.key_file, client.identity);
  SSLContext fresh = is_server ? make_server(server, *this, now) : make_client(client, *this, now);
  const std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
  identity_ = std::move(now);
  sessions_.clear();
}

SSLContext TLSState::context() const {
  const std::lock_guard lock(mutex_);
  SSL_CTX_up_ref(context_.get());
  return SSLContext(context_.get());
}

std::string TLSState::own_certificate() const {
  const std::lock_guard lock(mutex_);
  return identity_.certificate;
}

const std::vector<unsigned char>* TLSState::announced() const {
  if (!alpn.empty()) return &alpn;
  const std::lock_guard lock(mutex_);
  return announced_.empty() ? nullptr : &announced_;
}

void TLSState::announce(std::vector<unsigned char> protocols) {
  const std::lock_guard lock(mutex_);
  if (announced_.empty()) announced_ = std::move(protocols);
}

void TLSState::keep_session(const std::string& server_name, SSL_SESSION* session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kMaxSessions) sessions_.erase(sessions_.begin());
  sessions_[server_name] = SSLSession(session);
}

// A ticket of TLS 1.3 is good for once (RFC 8446, C.4).
SSLSession TLSState::take_session(const std::string& server_name) {
  const std::lock_guard lock(mutex_);
  const auto known = sessions_.find(server_name);
  if (known == sessions_.end()) return nullptr;
  SSLSession session = std::move(known->second);
  sessions_.erase(known);
  return session;
}

}  // namespace detail

TLSContext::TLSContext(std::shared_ptr<TLSState> state) noexcept : state_(std::move(state)) {}

TLSContext TLSContext::server(TLSServerOptions options) {
  ignore_sigpipe();
  return TLSContext(std::make_shared<TLSState>(std::move(options)));
}

TLSContext TLSContext::client(TLSClientOptions options) {
  ignore_sigpipe();
  return TLSContext(std::make_shared<TLSState>(std::move(options)));
}

std::optional<TLSContext> TLSContext::server_for(const Endpoint& endpoint,
                                                 std::optional<TLSContext> given) {
  if (given && !given->is_server()) throw Misuse("a server needs the TLSContext of a server");
  TLSServerOptions options;
  options.override_by(endpoint);
  if (given || !endpoint.is_tls()) return given;
  if (options.certificate_file.empty()) {
    throw BadEndpoint(endpoint.url(), "TLS needs ?cert=, or a TLSContext among the options");
  }
  return server(std::move(options));
}

std::optional<TLSContext> TLSContext::client_for(const Endpoint& endpoint,
                                                 std::optional<TLSContext> given) {
  if (given && given->is_server()) throw Misuse("a client needs the TLSContext of a client");
  if (given || !endpoint.is_tls()) return given;
  TLSClientOptions options;
  options.override_by(endpoint);
  return client(std::move(options));
}

void TLSContext::announce(const std::vector<std::string>& protocols) const {
  if (is_server()) state_->announce(alpn_wire(protocols));
}

void TLSContext::reload() {
  state_->reload();
}

bool TLSContext::is_server() const noexcept {
  return state_->is_server;
}

Certificate TLSContext::certificate() const {
  const std::string pem = state_->own_certificate();
  if (pem.empty()) throw Misuse("this side of TLS has no certificate");
  return Certificate::from_pem(pem);
}

}  // namespace gnet
