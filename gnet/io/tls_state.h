// The inside of a TLSContext. Part of tls_context.cpp and tls_stream.cpp.
//
// Threads: all of it may be used from any.

#pragma once

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gnet/base/unique_fd.h"
#include "gnet/io/tls_context.h"

namespace gnet::detail {

struct FreeSSL {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using SSLContext = std::unique_ptr<SSL_CTX, FreeSSL>;
using SSLSession = std::unique_ptr<SSL_SESSION, FreeSSL>;

class TLSState {
 public:
  explicit TLSState(TLSServerOptions options);
  explicit TLSState(TLSClientOptions options);
  TLSState(const TLSState&) = delete;
  TLSState& operator=(const TLSState&) = delete;

  // The one that an OpenSSL context belongs to.
  static TLSState* of(const SSL_CTX* context) {
    return static_cast<TLSState*>(SSL_CTX_get_app_data(context));
  }

  void reload();

  // What new connections use: a reference of one's own.
  [[nodiscard]] SSLContext context() const;

  [[nodiscard]] std::string own_certificate() const;

  // What a server announces: what its options say, or else what was announced first, which stays;
  // null: nothing.
  [[nodiscard]] const std::vector<unsigned char>* announced() const;
  void announce(std::vector<unsigned char> protocols);

  // Sessions of a client, by the name of the server. The last one is kept.
  void keep_session(const std::string& server_name, SSL_SESSION* session);
  [[nodiscard]] SSLSession take_session(const std::string& server_name);

  const TLSServerOptions server;
  const TLSClientOptions client;
  const bool is_server = false;
  const std::vector<unsigned char> alpn;  // of the options, as it is sent
  const UniqueFd key_log;

 private:
  mutable std::mutex mutex_;
  SSLContext context_;
  Identity identity_;
  std::vector<unsigned char> announced_;
  std::map<std::string, SSLSession> sessions_;
};

}  // namespace gnet::detail
