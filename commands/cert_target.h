// What gnet cert looks at: a server, a file or standard input.
//
//   const CertTarget target = parse_cert_target("smtp://mx.example.org", options);
//   const CertSight sight = look_at(target, options);
//   for (const gnet::Certificate& one : sight.chain) show(one);
//
// Threads: of the hub that looks.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/cert_options.h"
#include "gnet/io/certificate_file.h"
#include "gnet/io/certificate_trust.h"
#include "gnet/io/tls_inspection.h"
#include "gnet/link/start_tls.h"

namespace commands {

struct CertTarget {
  std::string name;                                // for people: "https://example.org", "a.pem"
  std::optional<gnet::Endpoint> endpoint = {};     // of a server, secured; none: a file
  std::optional<gnet::link::StartTLS> start = {};  // what is spoken before TLS
  std::string file = {};                           // "-": standard input

  // Whom the certificate of a server has to be for; empty for a file without --host.
  [[nodiscard]] std::string wanted_name(const CertOptions& options) const;
};

struct CertSight {
  std::vector<gnet::Certificate> chain = {};
  std::string key = {};                         // of a file that has one: a secret
  std::optional<gnet::TLSInspection> tls = {};  // of a server
};

// How a handshake is to be done that finds out what a server can do.
struct CertHandshake {
  gnet::TLSVersion min = gnet::TLSVersion::tls1_2;
  gnet::TLSVersion max = gnet::TLSVersion::tls1_3;
  std::vector<std::string> alpn = {};
};

// "example.org" is a server at port 443, unless there is such a file. Throws cli::UsageError.
[[nodiscard]] CertTarget parse_cert_target(const std::string& text, const CertOptions& options);

// All of an operation that wants at least one.
[[nodiscard]] std::vector<CertTarget> cert_targets(const CertOptions& options);

// What the options want of a handshake.
[[nodiscard]] CertHandshake handshake_of(const CertOptions& options);

// Suspends. Throws cli::Failure.
[[nodiscard]] CertSight look_at(const CertTarget& target, const CertOptions& options);
[[nodiscard]] gnet::TLSInspection shake_hands(const CertTarget& target, const CertOptions& options,
                                              const CertHandshake& how);

// The text of a file, or of standard input. Suspends. Throws cli::Failure.
[[nodiscard]] std::string read_input(const std::string& file);

// What is in it, with the password that the options have. Throws cli::Failure.
[[nodiscard]] gnet::CertificateFile open_certificates(const std::string& bytes,
                                                      const std::string& name,
                                                      const CertOptions& options);

// Whom the options believe. Throws cli::Failure.
[[nodiscard]] gnet::TrustStore trusted_by(const CertOptions& options, const CertTarget& target);

// What is wrong with the first certificate of a chain, if the options have it looked at.
[[nodiscard]] gnet::TrustVerdict judge(const CertSight& sight, const CertTarget& target,
                                       const CertOptions& options);

// Says so, if nothing is known of who answers.
void warn_if_insecure(const CertOptions& options);

}  // namespace commands
