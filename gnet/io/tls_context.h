// What one side of TLS connections has in common: who it is, whom it believes, what it speaks.
//
//   const auto context = gnet::TLSContext::server({.identity = gnet::make_self_signed()});
//   const auto context = gnet::TLSContext::client();                  // the system's authorities
//   const auto context = gnet::TLSContext::client({.ca_file = "ca.pem"});
//
// TLS 1.2 and 1.3 (RFC 5246, 8446); no compression, no renegotiation; with 1.2 only ciphers that
// have forward secrecy and authenticate what they encrypt. Where the kernel can encrypt (kTLS), it
// does. SSLKEYLOGFILE in the environment is not looked at: see key_log_file.
//
// The first context has the process ignore SIGPIPE, unless it handles that: OpenSSL writes to
// sockets in a way that raises it when the peer has gone.
//
// Threads: may be used from any. A TLSContext is a handle; its copies are the same context.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/io/certificate.h"
#include "gnet/io/tls_error.h"

namespace gnet {

namespace detail {
class TLSState;
}

class Endpoint;

// The old ones are broken: they are here to find out who still speaks them, by clients that name
// them as their max_version, with ciphers to match ("ALL:@SECLEVEL=0").
enum class TLSVersion { tls1_0 = -2, tls1_1, tls1_2, tls1_3 };

struct TLSServerOptions {
  // Who the server is: files (PEM or PKCS#12; the key may be in the first), or PEM itself.
  std::string certificate_file = {};
  std::string key_file = {};
  Identity identity = {};

  // Clients must show a certificate that these authorities (PEM) have signed.
  std::string client_ca_file = {};

  std::vector<std::string> alpn = {};  // application protocols, the best first (RFC 7301)
  TLSVersion min_version = TLSVersion::tls1_2;
  std::string ciphers = {};  // of TLS 1.2, as ciphers(1) writes them
  bool kernel = true;        // kTLS, where there is some
  std::string key_log_file = {};

  // Takes over what the endpoint says itself: tls://:443?cert=server.pem&key=server.key. Throws
  // BadEndpoint for ?cacert= and ?sni=, which are only for connecting.
  void override_by(const Endpoint& endpoint);
};

struct TLSClientOptions {
  bool verify = true;        // the server's certificate, and that it is for the name asked for
  std::string ca_file = {};  // authorities to believe instead of the system's; PEM

  // Public keys, "sha256//" and Base64: the server must have one of them. Also without `verify`.
  std::vector<std::string> pins = {};

  // Who the client is, if the server asks.
  std::string certificate_file = {};
  std::string key_file = {};
  Identity identity = {};

  std::vector<std::string> alpn = {};
  TLSVersion min_version = TLSVersion::tls1_2;
  TLSVersion max_version = TLSVersion::tls1_3;
  std::string ciphers = {};
  bool resume = true;  // sessions with a server that was spoken to before
  bool kernel = true;
  std::string key_log_file = {};

  // As for servers: ?cacert=ca.pem, and ?cert= and ?key= of the client. ?sni= is no option of the
  // context: see TLSSession.
  void override_by(const Endpoint& endpoint);
};

class TLSContext {
 public:
  // Throw SystemError if a file cannot be read, TLSError if it or an option is not valid, Misuse
  // for a server without a certificate.
  [[nodiscard]] static TLSContext server(TLSServerOptions options);
  [[nodiscard]] static TLSContext client(TLSClientOptions options = {});

  // What an endpoint needs: the context given, or one of what it says itself, as override_by()
  // does; nothing if it is not secured. Throw as those above; BadEndpoint for a server's endpoint
  // without a certificate, Misuse for a context of the other side.
  [[nodiscard]] static std::optional<TLSContext> server_for(const Endpoint& endpoint,
                                                            std::optional<TLSContext> given);
  [[nodiscard]] static std::optional<TLSContext> client_for(const Endpoint& endpoint,
                                                            std::optional<TLSContext> given);

  // The application protocols of servers that are announced where TLSServerOptions::alpn names
  // none: for what speaks one and knows which. Of several who say so the first counts. Does nothing
  // for a client.
  void announce(const std::vector<std::string>& protocols) const;

  // Reads the files again. Connections that are there keep what they have; if it throws, so do new
  // ones.
  void reload();

  [[nodiscard]] bool is_server() const noexcept;

  // The own certificate. Throws Misuse if there is none.
  [[nodiscard]] Certificate certificate() const;

 private:
  friend class TLSSession;

  explicit TLSContext(std::shared_ptr<detail::TLSState> state) noexcept;

  std::shared_ptr<detail::TLSState> state_;
};

}  // namespace gnet
