#include "cli/server/tls_options.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/line/tls.h"

namespace cli {
namespace {

gnet::Identity new_identity(const std::vector<std::string>& addresses) {
  std::vector<std::string> names = {"localhost"};
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) names.emplace_back(host.data());
  names.insert(names.end(), {"127.0.0.1", "::1"});
  names.insert(names.end(), addresses.begin(), addresses.end());
  std::vector<std::string> unique;
  for (std::string& name : names) {
    if (name.empty() || std::ranges::find(unique, name) != unique.end()) continue;
    unique.push_back(std::move(name));
  }
  return gnet::make_self_signed({.names = std::move(unique)});
}

}  // namespace

FlagGroup server_tls_flags() {
  using S = ServerTLSOptions;
  return {
      .topic = "tls",
      .title = "TLS options of servers",
      .flags = flags_of<S>({
          {"--tls",
           &S::tls,
           "secure all TCP ports, by a certificate made for it",
           {.common = true,
            .more = "The certificate is new each time, lives in memory only, and is signed by "
                    "itself: its fingerprint is logged, for clients to compare, and its *--pin*. "
                    "Endpoints with the scheme _tls_ are secured without this option."}},
          {"--tls-cert",
           "FILE",
           &S::tls_cert,
           "the server's certificate: PEM or PKCS#12",
           {.completes = Completes::file,
            .more = "Certificates that lead to the root follow it in the file. Secures all TCP "
                    "ports, unless there are endpoints with the scheme _tls_, which may name "
                    "their own: *tls://:8443?cert=*_FILE_. Read again on SIGHUP."}},
          {"--tls-key",
           "FILE",
           &S::tls_key,
           "its private key",
           {.fallback = "in the certificate's file", .completes = Completes::file}},
          {"--tls-client-ca",
           "FILE",
           &S::tls_client_ca,
           "clients need a certificate signed by one of these",
           {.completes = Completes::file}},
          {"--tls-min",
           "V",
           &S::tls_min,
           "oldest version spoken: 1.2 or 1.3",
           {.choices = tls_versions()}},
          {"--alpn", "LIST", &S::alpn, "application protocols, the best first"},
          {"--tls-ciphers",
           "LIST",
           &S::tls_ciphers,
           "ciphers of TLS 1.2, see ciphers(1)",
           {.fallback = "those with forward secrecy and AEAD"}},
      }),
  };
}

void check(const ServerTLSOptions& options) {
  if (!options.tls_key.empty() && options.tls_cert.empty()) {
    throw UsageError(options.named("--tls-key needs --tls-cert"));
  }
}

gnet::TLSContext server_context(const ServerTLSOptions& options,
                                const std::vector<std::string>& addresses) {
  return with_tls_failures([&] {
    gnet::TLSServerOptions server{.certificate_file = options.tls_cert,
                                  .key_file = options.tls_key,
                                  .client_ca_file = options.tls_client_ca,
                                  .alpn = items_of(options.alpn),
                                  .min_version = options.tls_min,
                                  .ciphers = options.tls_ciphers};
    if (options.tls_cert.empty()) server.identity = new_identity(addresses);
    return gnet::TLSContext::server(std::move(server));
  });
}

gnet::TLSContext server_context(const ServerTLSOptions& options, const TLSFiles& files) {
  ServerTLSOptions own = options;
  own.tls_cert = files.certificate;
  own.tls_key = files.key;
  return server_context(own, std::vector<std::string>());
}

void reload(gnet::TLSContext& context) {
  with_tls_failures([&] { context.reload(); });
}

}  // namespace cli
