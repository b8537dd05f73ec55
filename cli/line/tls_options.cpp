#include "cli/line/tls_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/out/failure.h"
#include "gnet/base/error.h"

namespace cli {
namespace {

// A function: commands are made before main(), in no certain order.
std::vector<std::string> versions() {
  return {"1.2", "1.3"};
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// Runs what reads and checks the files of TLS.
template <typename F>
auto as_failures(F&& f) {
  try {
    return f();
  } catch (const gnet::TLSError& error) {
    throw UsageError(error.what());
  } catch (const std::system_error& error) {
    throw Failure(Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

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
           {.choices = versions()}},
          {"--alpn", "LIST", &S::alpn, "application protocols, the best first"},
          {"--tls-ciphers",
           "LIST",
           &S::tls_ciphers,
           "ciphers of TLS 1.2, see ciphers(1)",
           {.fallback = "those with forward secrecy and AEAD"}},
      }),
  };
}

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
           {.choices = versions()}},
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

void check(const ServerTLSOptions& options) {
  if (!options.tls_key.empty() && options.tls_cert.empty()) {
    throw UsageError("--tls-key needs --tls-cert");
  }
}

void check(const ClientTLSOptions& options) {
  if (!options.key.empty() && options.cert.empty()) throw UsageError("--key needs --cert");
  if (options.insecure && !options.cacert.empty()) {
    throw UsageError("--insecure and --cacert exclude each other");
  }
  for (const std::string& pin : options.pin) {
    // 32 bytes in Base64.
    if (pin.starts_with("sha256//") && pin.size() == 8 + 44) continue;
    throw UsageError(fmt::format("bad value '{}' for --pin: must be sha256// and 44 letters", pin));
  }
}

gnet::TLSContext server_context(const ServerTLSOptions& options,
                                const std::vector<std::string>& addresses) {
  return as_failures([&] {
    gnet::TLSServerOptions server{.certificate_file = options.tls_cert,
                                  .key_file = options.tls_key,
                                  .client_ca_file = options.tls_client_ca,
                                  .alpn = words_of(options.alpn),
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

gnet::TLSContext client_context(const ClientTLSOptions& options, const gnet::Endpoint& target) {
  const char* key_log = std::getenv("SSLKEYLOGFILE");
  if (options.insecure && target.option("cacert")) {
    throw UsageError(fmt::format("--insecure does not go with {}", target.url()));
  }
  return as_failures([&] {
    gnet::TLSClientOptions client{.verify = !options.insecure,
                                  .ca_file = options.cacert,
                                  .pins = options.pin,
                                  .certificate_file = options.cert,
                                  .key_file = options.key,
                                  .alpn = words_of(options.alpn),
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

void reload(gnet::TLSContext& context) {
  as_failures([&] { context.reload(); });
}

}  // namespace cli
