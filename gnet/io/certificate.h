// X.509 certificates (RFC 5280), as far as those who speak TLS need them.
//
// What makes them is in make_certificate.h, what reads files of all kinds in certificate_file.h,
// and what says whom to believe in certificate_trust.h.
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

// The pin() of a private key (PEM, without a password). Throws TLSError if it is none.
[[nodiscard]] std::string pin_of_key(std::string_view key);

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

  // The bytes of one, and nothing behind it (DER). Throws TLSError.
  [[nodiscard]] static Certificate from_der(std::string_view der);

  // Takes part in the ownership of one of OpenSSL's.
  explicit Certificate(x509_st* certificate);

  [[nodiscard]] std::string subject() const;  // "CN=localhost", as RFC 2253 writes it
  [[nodiscard]] std::string issuer() const;

  // Host names and addresses that it is for (subjectAltName). They are the issuer's words, and may
  // have any bytes in them.
  [[nodiscard]] std::vector<std::string> names() const;

  // The rest of them: "email:ada@example.org", "URI:spiffe://example.org/web".
  [[nodiscard]] std::vector<std::string> other_names() const;

  // Its number, as fingerprint() writes bytes.
  [[nodiscard]] std::string serial() const;

  // In seconds: the year 9999, which stands for no end, is beyond what nanoseconds can count.
  [[nodiscard]] std::chrono::sys_seconds not_before() const;
  [[nodiscard]] std::chrono::sys_seconds not_after() const;

  // The public key: "EC P-256", "RSA 2048", "ED25519".
  [[nodiscard]] std::string key() const;
  [[nodiscard]] int key_bits() const;

  // What it was signed with: "ecdsa-with-SHA256".
  [[nodiscard]] std::string signature() const;

  // What its key may be used for beside that (extendedKeyUsage): "server", "client", or others by
  // the names that OpenSSL has for them. Empty: anything.
  [[nodiscard]] std::vector<std::string> uses() const;

  // Whether it may sign others, and whether its issuer has its own name.
  [[nodiscard]] bool is_authority() const;
  [[nodiscard]] bool is_self_issued() const;

  // Whether a private key (PEM, without a password) is that of this certificate.
  [[nodiscard]] bool has_key(std::string_view key) const;

  // SHA-256 of the whole, as tools print it: 32 bytes in hexadecimal, with colons between. The
  // older SHA-1 is 20 bytes.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] std::string fingerprint_sha1() const;

  // SHA-256 of the public key, as RFC 7469 and curl have it: "sha256//" and Base64.
  [[nodiscard]] std::string pin() const;

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string der() const;

  // OpenSSL's own, which lives as long as there is a copy of this one.
  [[nodiscard]] x509_st* native() const noexcept { return certificate_.get(); }

 private:
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace gnet
