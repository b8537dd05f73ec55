// X.509 certificates (RFC 5280), as far as those who speak TLS need them.
//
//   const gnet::Identity own = gnet::make_self_signed({.names = {"localhost", "127.0.0.1"}});
//   const auto certificate = gnet::Certificate::from_pem(own.certificate);
//   fmt::print("{}\n", certificate.fingerprint());              // "AB:CD:…"
//
// Threads: functions without state; a Certificate may be read from any.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/duration.h"

struct x509_st;  // OpenSSL's X509

namespace gnet {

// With what one shows who one is. The key is a secret: it belongs in no log.
struct Identity {
  std::string certificate;  // PEM: one's own first, then those that lead to the root
  std::string key;          // PEM
};

struct SelfSignedOptions {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};  // host names and addresses
  TimeSpan validity = std::chrono::hours(24 * 30);                     // from now on
};

// A new key (ECDSA P-256) and a certificate for these names that is signed with it. The first name
// is the subject's. Throws Misuse without a name, TLSError if OpenSSL fails.
[[nodiscard]] Identity make_self_signed(const SelfSignedOptions& options = {});

// A certificate and its key from files: PEM, or PKCS#12 (RFC 7292) without a password. With an
// empty key file the key is looked for in the certificate's. Throws SystemError when a file cannot
// be read or is larger than 1 MB, TLSError when it has not what is wanted: "server.pem has no
// certificate".
[[nodiscard]] Identity load_identity(const std::string& certificate_file,
                                     const std::string& key_file = {});

class Certificate {
 public:
  // The first one in the text. Throws TLSError if there is none.
  [[nodiscard]] static Certificate from_pem(std::string_view pem);

  // Takes part in the ownership of one of OpenSSL's.
  explicit Certificate(x509_st* certificate);

  [[nodiscard]] std::string subject() const;  // "CN=localhost", as RFC 2253 writes it
  [[nodiscard]] std::string issuer() const;

  // Host names and addresses that it is for (subjectAltName).
  [[nodiscard]] std::vector<std::string> names() const;

  [[nodiscard]] std::chrono::system_clock::time_point not_before() const;
  [[nodiscard]] std::chrono::system_clock::time_point not_after() const;

  // SHA-256 of the whole, as tools print it: 32 bytes in hexadecimal, with colons between.
  [[nodiscard]] std::string fingerprint() const;

  // SHA-256 of the public key, as RFC 7469 and curl have it: "sha256//" and Base64.
  [[nodiscard]] std::string pin() const;

  [[nodiscard]] std::string pem() const;

 private:
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace gnet
