// The options of TLS, and the contexts that they describe.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/flag.h"
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

[[nodiscard]] FlagGroup server_tls_flags();
[[nodiscard]] FlagGroup client_tls_flags();

// Throw UsageError when options contradict each other.
void check(const ServerTLSOptions& options);
void check(const ClientTLSOptions& options);

// Throw Failure: io for a file that cannot be read, usage for what is not valid. A server without a
// certificate gets a new one, which is for localhost, this host, and these addresses.
[[nodiscard]] gnet::TLSContext server_context(const ServerTLSOptions& options,
                                              const std::vector<std::string>& addresses);
[[nodiscard]] gnet::TLSContext client_context(const ClientTLSOptions& options);

// Reads certificates anew; throws as above, and then all stays as it was.
void reload(gnet::TLSContext& context);

}  // namespace cli
