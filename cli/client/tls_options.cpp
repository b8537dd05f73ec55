#include "cli/client/tls_options.h"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/line/tls.h"

namespace cli {

FlagGroup client_tls_flags() {
  using C = ClientTLSOptions;
  return {
      .topic = "tls",
      .title = "TLS options of clients",
      .flags = flags_of<C>({
          {"--tls", &C::tls, "secure the connection, as the scheme tls does", {.common = true}},
          {"--sni",
           "NAME",
           &C::sni,
           "the name that the server shall have",
           {.fallback = "the host connected to"}},
          {"--alpn", "LIST", &C::alpn, "application protocols, the best first"},
          {"--tls-min",
           "V",
           &C::tls_min,
           "oldest version spoken: 1.2 or 1.3",
           {.choices = tls_versions()}},
          {"-k,--insecure",
           &C::insecure,
           "do not verify the server's certificate",
           {.common = true}},
          {"--cacert",
           "FILE",
           &C::cacert,
           "authorities to believe, PEM",
           {.fallback = "the system's", .completes = Completes::file}},
          {"--cert",
           "FILE",
           &C::cert,
           "the client's certificate: PEM or PKCS#12",
           {.completes = Completes::file}},
          {"--key",
           "FILE",
           &C::key,
           "its private key",
           {.fallback = "in the certificate's file", .completes = Completes::file}},
          {"--pin",
           "sha256//BASE64",
           &C::pin,
           "the server must have this public key, or another --pin",
           {.more = "Also with *--insecure*: a server that made its own certificate is known by "
                    "this alone."}},
          {"--keylog",
           "FILE",
           &C::keylog,
           "append the keys of connections, for Wireshark",
           {.fallback = "$SSLKEYLOGFILE", .completes = Completes::file}},
      }),
  };
}

void check(const ClientTLSOptions& options) {
  if (!options.key.empty() && options.cert.empty())
    throw UsageError(options.named("--key needs --cert"));
  if (options.insecure && !options.cacert.empty()) {
    throw UsageError(options.named("--insecure and --cacert exclude each other"));
  }
  for (const std::string& pin : options.pin) {
    // 32 bytes in Base64.
    if (pin.starts_with("sha256//") && pin.size() == 8 + 44) continue;
    throw UsageError(fmt::format("bad value '{}' for {}: must be sha256// and 44 letters", pin,
                                 options.named("--pin")));
  }
}

bool need_tls(const ClientTLSOptions& options) {
  const bool wants_newer =
      options.tls_min != ClientTLSOptions().tls_min && options.is_typed("--tls-min");
  return wants_newer || options.insecure || !options.sni.empty() || !options.alpn.empty() ||
         !options.cacert.empty() || !options.cert.empty() || !options.pin.empty();
}

gnet::TLSContext client_context(const ClientTLSOptions& options, const gnet::Endpoint& target) {
  const char* key_log = std::getenv("SSLKEYLOGFILE");
  if (options.insecure && target.option("cacert")) {
    throw UsageError(
        fmt::format("{} does not go with {}", options.named("--insecure"), target.url()));
  }
  return with_tls_failures([&] {
    gnet::TLSClientOptions client{.verify = !options.insecure,
                                  .ca_file = options.cacert,
                                  .pins = options.pin,
                                  .certificate_file = options.cert,
                                  .key_file = options.key,
                                  .alpn = items_of(options.alpn),
                                  .min_version = options.tls_min,
                                  .key_log_file = !options.keylog.empty() ? options.keylog
                                                  : key_log != nullptr    ? key_log
                                                                          : ""};
    client.override_by(target);
    return gnet::TLSContext::client(std::move(client));
  });
}

std::string server_name(const ClientTLSOptions& options, const gnet::Endpoint& target) {
  return options.sni.empty() || target.option("sni") ? target.server_name() : options.sni;
}

}  // namespace cli
