// The options of TLS that clients have, and the context that they describe.

#pragma once

#include <string>
#include <vector>

#include "cli/line/part.h"
#include "gnet/io/endpoint.h"
#include "gnet/io/tls_context.h"

namespace cli {

struct ClientTLSOptions : Placed {
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

[[nodiscard]] FlagGroup client_tls_flags();

// Throws UsageError when options contradict each other.
void check(const ClientTLSOptions& options);

// Whether some of them mean nothing without TLS. A key log does not count: $SSLKEYLOGFILE is for
// whatever comes.
[[nodiscard]] bool need_tls(const ClientTLSOptions& options);

// Throws Failure: io for a file that cannot be read, usage for what is not valid.
[[nodiscard]] gnet::TLSContext client_context(const ClientTLSOptions& options,
                                              const gnet::Endpoint& target);

// The name that the server shall have: of the endpoint itself, of --sni, or the host.
[[nodiscard]] std::string server_name(const ClientTLSOptions& options,
                                      const gnet::Endpoint& target);

}  // namespace cli
