#include "cli/server/certificates.h"

#include "cli/out/failure.h"
#include "cli/server/http_options.h"
#include "cli/server/listen_plan.h"

namespace cli {

void set_up_tls(SessionRules& rules) {
  const ServerOptions& options = rules.options;
  bool shared = secures_all_ports(options);
  for (const gnet::Endpoint& endpoint : options.endpoints) {
    if (!endpoint.is_tls()) continue;
    const TLSFiles own(endpoint);
    if (own.empty()) {
      shared = true;
    } else {
      rules.own_tls.try_emplace(own, server_context(options, own));
    }
  }
  if (!shared) {
    if (!rules.own_tls.empty()) return;
    const bool has_alpn = !options.alpn.empty() && options.alpn != kHTTPProtocol;
    if (options.tls_client_ca.empty() && !has_alpn) return;
    throw UsageError(
        options.named("options of TLS need --tls, --tls-cert or an endpoint with the scheme tls"));
  }
  std::vector<std::string> addresses;
  for (const gnet::Endpoint& endpoint : options.endpoints) {
    if (!endpoint.is_all_interfaces()) addresses.push_back(endpoint.host());
  }
  addresses.insert(addresses.end(), options.bind.begin(), options.bind.end());
  rules.tls = server_context(options, addresses);
}

std::vector<gnet::Certificate> reload_certificates(SessionRules& rules) {
  for (const auto& own : rules.own_tls) {
    static_cast<void>(server_context(rules.options, own.first));
  }
  std::vector<gnet::Certificate> fresh;
  const auto again = [&fresh](gnet::TLSContext& context) {
    const std::string before = context.certificate().fingerprint();
    reload(context);
    if (context.certificate().fingerprint() != before) fresh.push_back(context.certificate());
  };
  if (rules.tls) again(*rules.tls);
  for (auto& own : rules.own_tls) again(own.second);
  return fresh;
}

}  // namespace cli
