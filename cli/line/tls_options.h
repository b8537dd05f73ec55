// The options of TLS, and the contexts that they describe.

#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "cli/line/flag.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/tls_context.h"

namespace cli {

struct ServerTLSOptions {
  bool tls = false;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  gnet::TLSVersion tls_min = gnet::TLSVersion::tls1_2;
  std::string alpn;
  std::string tls_ciphers;
};

struct ClientTLSOptions {
  bool tls = false;
  std::string sni;
  std::string alpn;
  gnet::TLSVersion tls_min = gnet::TLSVersion::tls1_2;
  bool insecure = false;
  std::string cacert;
  std::string cert;
  std::string key;
  std::vector<std::string> pin;
  std::string keylog;
};

// What an endpoint says itself: tls://:443?cert=server.pem&key=server.key.
struct TLSFiles {
  explicit TLSFiles(const gnet::Endpoint& endpoint)
      : certificate(endpoint.option("cert").value_or("")),
        key(endpoint.option("key").value_or("")) {}

  [[nodiscard]] bool empty() const noexcept { return certificate.empty(); }
  friend auto operator<=>(const TLSFiles&, const TLSFiles&) = default;

  std::string certificate;
  std::string key;
};

[[nodiscard]] FlagGroup server_tls_flags();
[[nodiscard]] FlagGroup client_tls_flags();

// Throw UsageError when options contradict each other.
void check(const ServerTLSOptions& options);
void check(const ClientTLSOptions& options);

// Throw Failure: io for a file that cannot be read, usage for what is not valid. A server without a
// certificate gets a new one, which is for localhost, this host, and these addresses.
[[nodiscard]] gnet::TLSContext server_context(const ServerTLSOptions& options,
                                              const std::vector<std::string>& addresses);
[[nodiscard]] gnet::TLSContext client_context(const ClientTLSOptions& options,
                                              const gnet::Endpoint& target);

// For an endpoint with files of its own.
[[nodiscard]] gnet::TLSContext server_context(const ServerTLSOptions& options,
                                              const TLSFiles& files);

// The name that the server shall have: of the endpoint itself, of --sni, or the host.
[[nodiscard]] std::string server_name(const ClientTLSOptions& options,
                                      const gnet::Endpoint& target);

// Reads certificates anew; throws as above, and then all stays as it was.
void reload(gnet::TLSContext& context);

}  // namespace cli
