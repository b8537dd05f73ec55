// The options of TLS that servers have, and the context that they describe.

#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "cli/line/part.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/tls_context.h"

namespace cli {

struct ServerTLSOptions : Placed {
  bool tls = false;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  gnet::TLSVersion tls_min = gnet::TLSVersion::tls1_2;
  std::string alpn;
  std::string tls_ciphers;
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

// Throws UsageError when options contradict each other.
void check(const ServerTLSOptions& options);

// Throws Failure: io for a file that cannot be read, usage for what is not valid. A server without
// a certificate gets a new one, which is for localhost, this host, and these addresses.
[[nodiscard]] gnet::TLSContext server_context(const ServerTLSOptions& options,
                                              const std::vector<std::string>& addresses);

// For an endpoint with files of its own.
[[nodiscard]] gnet::TLSContext server_context(const ServerTLSOptions& options,
                                              const TLSFiles& files);

// Reads certificates anew; throws as above, and then all stays as it was.
void reload(gnet::TLSContext& context);

}  // namespace cli
