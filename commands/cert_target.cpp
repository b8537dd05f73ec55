#include "commands/cert_target.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "cli/client/dialler.h"
#include "cli/client/input.h"
#include "cli/line/password.h"
#include "cli/line/read_file.h"
#include "cli/line/tls.h"
#include "cli/out/failure.h"
#include "commands/cert_authority.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"

namespace commands {
namespace {

using gnet::Endpoint;
using gnet::link::StartTLS;

constexpr std::size_t kMostCertInput = 16 << 20;
constexpr std::uint16_t kPortOfTLS = 443;

// What a TLS of today agrees on stands first; the others are so that old servers can be seen.
constexpr const char* kAllCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ALL:!aNULL:!eNULL:@SECLEVEL=0";

struct CertScheme {
  std::string_view name;
  std::uint16_t port;
  std::optional<StartTLS> start = {};
};
// Beside those of endpoints.
constexpr std::array kCertSchemes =
    std::to_array<CertScheme>({{"https", 443},
                               {"wss", 443},
                               {"smtps", 465},
                               {"imaps", 993},
                               {"pop3s", 995},
                               {"ftps", 990},
                               {"ldaps", 636},
                               {"submission", 587, StartTLS::smtp}});

std::optional<CertScheme> find_cert_scheme(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(kCertSchemes, [&](const CertScheme& one) { return one.name == name; });
  if (found != kCertSchemes.end()) return *found;
  if (const auto start = gnet::link::start_tls_by_name(name)) {
    return CertScheme{name, gnet::link::port_of(*start), start};
  }
  return std::nullopt;
}

[[noreturn]] void refuse_target(const std::string& text, std::string_view reason) {
  throw cli::UsageError(fmt::format("bad target '{}': {}", text, reason));
}

// HOST, HOST:PORT, [::1], [::1]:PORT: with a port behind it.
std::string with_port(std::string_view authority, std::uint16_t port) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  if (colon != authority.npos) return std::string(authority);
  return fmt::format("{}:{}", authority, port);
}

// "https://ada@host/path?query": of a URL nothing but host and port is of use here.
Endpoint endpoint_of_url(const CertScheme& scheme, std::string_view rest) {
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    authority.remove_prefix(at + 1);
  }
  return Endpoint::parse("tls://" + with_port(authority, scheme.port));
}

std::string without_password(const std::string& text) {
  const std::size_t begin = text.find("://") + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  const std::size_t at = text.rfind('@', end);
  return at == text.npos || at < begin ? text : text.substr(0, begin) + text.substr(at + 1);
}

bool is_file(const std::string& text) {
  struct stat status {};
  if (text.find('\0') != text.npos) return false;
  if (stat(text.c_str(), &status) == 0) return !S_ISSOCK(status.st_mode);
  // Names like a host's are taken for one, unless nobody would call a host so.
  static constexpr std::array kEndings = {".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".key"};
  return std::ranges::any_of(kEndings, [&](const char* end) { return text.ends_with(end); });
}

// Of a word without a scheme: a host may go without its port.
Endpoint endpoint_of_word(const std::string& text, std::uint16_t port) {
  const bool bare_v6 = text.starts_with('[') && text.ends_with(']');
  const bool bare_host = !text.empty() && text.find_first_of(":/@") == text.npos &&
                         text.find_first_not_of("0123456789") != text.npos;
  return Endpoint::parse(bare_v6 || bare_host ? with_port(text, port) : text);
}

CertTarget server_at(const std::string& text, const Endpoint& endpoint,
                     std::optional<StartTLS> start) {
  if (endpoint.is_listen()) refuse_target(text, "this is the listening side");
  endpoint.check_connects();
  const bool can = endpoint.transport() == gnet::Transport::tcp ||
                   endpoint.transport() == gnet::Transport::unix_stream;
  if (!can || endpoint.is_ws()) refuse_target(text, "there is no TLS to look at");
  return {.name = text, .endpoint = endpoint.with_tls(), .start = start};
}

std::optional<StartTLS> wanted_start(const CertOptions& options) {
  if (options.starttls.empty()) return std::nullopt;
  const auto start = gnet::link::start_tls_by_name(options.starttls);
  if (start) return start;
  throw cli::UsageError(
      fmt::format("bad value '{}' for --starttls: must be smtp, imap, pop3, ftp, xmpp, ldap, "
                  "postgres or mysql",
                  options.starttls));
}

// Everything but TLS itself, which is done here.
cli::ClientOptions below_tls(const CertOptions& options) {
  cli::ClientOptions plain = options.to;
  const cli::Placed place = plain;
  static_cast<cli::ClientTLSOptions&>(plain) = {};
  static_cast<cli::Placed&>(plain) = place;
  return plain;
}

gnet::TLSContext cert_context_for(const CertTarget& target, const CertOptions& options,
                                  const CertHandshake& how) {
  const char* const key_log = std::getenv("SSLKEYLOGFILE");
  gnet::TLSClientOptions client{.verify = false,
                                .certificate_file = options.to.cert,
                                .key_file = options.key,
                                .alpn = how.alpn,
                                .min_version = how.min,
                                .max_version = how.max,
                                .ciphers = kAllCiphers,
                                .resume = false,
                                .key_log_file = !options.to.keylog.empty() ? options.to.keylog
                                                : key_log != nullptr       ? key_log
                                                                           : ""};
  client.override_by(*target.endpoint);
  return cli::with_tls_failures([&] { return gnet::TLSContext::client(std::move(client)); });
}

// An option of the file system's kind: a CA is a file, or a folder that gnet cert make has made.
std::string ca_file_of(const CertOptions& options, const CertTarget& target) {
  if (options.local_ca) return authority_file(default_authority_folder());
  if (!options.ca.empty()) {
    struct stat status {};
    const bool is_folder = stat(options.ca.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    return is_folder ? authority_file(options.ca) : options.ca;
  }
  if (target.endpoint) {
    if (const auto file = target.endpoint->option("cacert")) return std::string(*file);
  }
  return options.to.cacert;
}

}  // namespace

std::string CertTarget::wanted_name(const CertOptions& options) const {
  if (!options.host.empty()) return options.host;
  return endpoint ? cli::server_name(options.to, *endpoint) : "";
}

CertTarget parse_cert_target(const std::string& text, const CertOptions& options) {
  const auto start = wanted_start(options);
  if (text == "-") return {.name = "standard input", .file = "-"};
  const std::size_t colon = text.find("://");
  if (colon != text.npos) {
    const std::string scheme = text.substr(0, colon);
    if (scheme == "http" || scheme == "ws") {
      refuse_target(text, fmt::format("{} has no TLS, {}s has", scheme, scheme));
    }
    if (scheme == "file") return {.name = text, .file = text.substr(colon + 3)};
    if (const auto known = find_cert_scheme(scheme)) {
      if (start && known->start != start)
        refuse_target(text, "it is not of the protocol of --starttls");
      CertTarget target = server_at(
          text, endpoint_of_url(*known, std::string_view(text).substr(colon + 3)), known->start);
      target.name = without_password(text);
      return target;
    }
    const Endpoint endpoint = Endpoint::parse(text);
    CertTarget target = server_at(text, endpoint, start);
    target.name = target.endpoint->to_string();
    return target;
  }
  if (is_file(text)) return {.name = text, .file = text};
  return server_at(text, endpoint_of_word(text, start ? port_of(*start) : kPortOfTLS), start);
}

std::vector<CertTarget> cert_targets(const CertOptions& options) {
  std::vector<CertTarget> targets;
  const std::string& socket = options.to.unix_path.path;
  if (!socket.empty()) {
    if (options.words.size() > 1) throw cli::UsageError("--unix and TARGET exclude each other");
    const Endpoint endpoint = Endpoint::unix_path(socket).with_tls();
    targets.push_back({.name = socket, .endpoint = endpoint, .start = wanted_start(options)});
  }
  for (const std::string& text : options.targets()) {
    targets.push_back(parse_cert_target(text, options));
  }
  if (targets.empty()) {
    throw cli::UsageError(
        fmt::format("'cert {}' needs a TARGET: an endpoint, a file, or - for standard input",
                    options.words.front()));
  }
  if (std::ranges::count_if(targets, [](const CertTarget& one) { return one.file == "-"; }) > 1) {
    throw cli::UsageError("standard input can be read once");
  }
  return targets;
}

CertHandshake handshake_of(const CertOptions& options) {
  CertHandshake how{.min = options.to.tls_min, .alpn = cli::items_of(options.to.alpn)};
  // Who asks what a server can do does not stop at what it should not.
  if (options.probe) how.min = gnet::TLSVersion::tls1_0;
  return how;
}

gnet::TLSInspection shake_hands(const CertTarget& target, const CertOptions& options,
                                const CertHandshake& how) {
  const gnet::TLSContext context = cert_context_for(target, options, how);
  const cli::ClientOptions plain = below_tls(options);
  const cli::ReconnectOptions once;
  const bool given = plain.unix_path.path.empty();
  const cli::Dialler dialler(options, plain, once,
                             {.endpoint = target.endpoint->with_tls(false), .given = given});
  const gnet::Deadline deadline = gnet::Deadline::within(plain.connect_timeout);
  const std::string name = cli::server_name(options.to, *target.endpoint);
  gnet::AnyStream stream;
  try {
    stream = dialler.open_stream();
  } catch (const std::exception&) {
    std::rethrow_exception(dialler.as_failure(std::current_exception()));
  }
  try {
    if (target.start) gnet::link::start_tls(stream, *target.start, name, deadline);
    return gnet::inspect_tls(std::move(stream), context, name, deadline);
  } catch (const gnet::link::StartTLSError& error) {
    throw cli::Failure(cli::Exit::protocol, fmt::format("{}: {}", target.name, error.what()), {},
                       target.endpoint->to_string());
  } catch (const std::system_error& error) {
    // Whether a server that does not want it ends the connection or resets it is the kernel's
    // choice.
    if (error.code() == std::errc::timed_out) {
      std::rethrow_exception(dialler.as_failure(std::current_exception()));
    }
    throw cli::Failure(cli::Exit::tls, error.what(), {}, target.endpoint->to_string(),
                       error.code());
  }
}

std::string read_input(const std::string& file) {
  if (file != "-") return cli::read_file(file);
  std::string text;
  cli::Input input;
  for (;;) {
    const std::string_view more = input.some();
    if (more.empty()) return text;
    text += more;
    if (text.size() > kMostCertInput) {
      throw cli::Failure(cli::Exit::io, "cannot read standard input: it is larger than 16 MiB");
    }
  }
}

gnet::CertificateFile open_certificates(const std::string& bytes, const std::string& name,
                                        const CertOptions& options) {
  const auto ask = [&]() -> std::string {
    auto password = cli::read_password({.file = options.password_file,
                                        .variable = "GNET_CERT_PASSWORD",
                                        .prompt = fmt::format("password of {}: ", name)});
    if (password) return *std::move(password);
    throw cli::Failure(cli::Exit::io, fmt::format("{} has a password", name),
                       "--password-file FILE, or $GNET_CERT_PASSWORD");
  };
  try {
    return gnet::parse_certificates(bytes, name, ask);
  } catch (const gnet::TLSError& error) {
    throw cli::Failure(cli::Exit::io, error.what(), {}, {}, error.code());
  }
}

CertSight look_at(const CertTarget& target, const CertOptions& options) {
  CertSight sight;
  if (target.endpoint) {
    sight.tls = shake_hands(target, options, handshake_of(options));
    sight.chain = sight.tls->chain;
    if (sight.chain.empty()) {
      throw cli::Failure(cli::Exit::tls, fmt::format("{} shows no certificate", target.name), {},
                         target.endpoint->to_string());
    }
    return sight;
  }
  gnet::CertificateFile file = open_certificates(read_input(target.file), target.name, options);
  sight.chain = std::move(file.certificates);
  sight.key = std::move(file.key);
  return sight;
}

gnet::TrustStore trusted_by(const CertOptions& options, const CertTarget& target) {
  const std::string file = ca_file_of(options, target);
  try {
    return file.empty() ? gnet::TrustStore() : gnet::TrustStore(file);
  } catch (const std::system_error& error) {
    throw cli::Failure(cli::Exit::io, gnet::describe(error), {}, {}, error.code());
  }
}

gnet::TrustVerdict judge(const CertSight& sight, const CertTarget& target,
                         const CertOptions& options) {
  const gnet::TrustOptions wanted{.name = target.wanted_name(options),
                                  .server = target.endpoint.has_value()};
  const gnet::TrustStore store =
      options.to.insecure ? gnet::TrustStore(sight.chain.front()) : trusted_by(options, target);
  gnet::TrustVerdict verdict = store.verify(sight.chain, wanted);
  const std::string pin = sight.chain.front().pin();
  const auto& pins = options.to.pin;
  if (!pins.empty() && std::ranges::find(pins, pin) == pins.end()) {
    verdict.problems.push_back(fmt::format("its key is {}, which is not pinned", pin));
  }
  return verdict;
}

void warn_if_insecure(const CertOptions& options) {
  if (options.to.insecure && options.to.pin.empty()) {
    gnet::Logger("gnet").warn("--insecure: it may be anybody who answers");
  }
}

}  // namespace commands
