// The options that every client has: how to reach the other side, and how long to try.

#pragma once

#include <string>
#include <vector>

#include "cli/client/redirect.h"
#include "cli/client/tls_options.h"

namespace cli {

// Which header of the PROXY protocol connections begin with.
enum class SendProxy { off, v1, v2 };

struct ClientOptions : ClientTLSOptions {
  bool only_v4 = false;
  bool only_v6 = false;
  gnet::Duration timeout{};
  gnet::Duration connect_timeout = std::chrono::seconds(5);
  std::string source;
  std::string interface;
  std::vector<PinnedHost> resolve;
  std::vector<Redirect> connect_to;
  UnixPath unix_path;
  std::string proxy;
  SendProxy send_proxy = SendProxy::off;
  bool no_delay = true;
  gnet::Duration keepalive = std::chrono::seconds(60);
};

[[nodiscard]] FlagGroup client_flags();

// As a part of a command: .shared = {cli::client(&Options::to)}.
[[nodiscard]] PartKind<ClientOptions> client_part();
template <typename Options>
[[nodiscard]] PartOf<Options> client(ClientOptions Options::*member, std::string prefix = {}) {
  return make_part(member, client_part(), std::move(prefix));
}

// Throws UsageError when options contradict each other.
void check(const ClientOptions& options);

// The same without those of TLS, for a target that has none beside one that has.
[[nodiscard]] ClientOptions without_tls(ClientOptions options);

// Throws UsageError where options of TLS are for none of the targets.
void check_tls_is_used(const ClientOptions& options, bool any_target_is_secure);

}  // namespace cli
