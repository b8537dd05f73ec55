// Making certificates: those that sign themselves, authorities, and those that an authority signs.
//
//   const gnet::Identity ca = gnet::make_authority("My CA");
//   const gnet::Identity web = gnet::make_certificate({.names = {"web.test", "10.0.0.7"}}, &ca);
//
// make_self_signed() of certificate.h is the short form.
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gnet/io/certificate.h"

namespace gnet {

enum class KeyKind { ec, rsa2048, ed25519 };  // ec: P-256

struct CertificateWish {
  std::vector<std::string> names;                   // host names, addresses, e-mail addresses
  TimeSpan validity = std::chrono::hours(24 * 30);  // from now on
  KeyKind key = KeyKind::ec;
  bool clients = true;  // clients can show it as well as servers
};

// A name as a certificate has it: international ones in ASCII, addresses without brackets. A "*"
// may be the first label. Throws std::invalid_argument for what is no host name, address or e-mail
// address: "'a b' is no name for a certificate: …".
[[nodiscard]] std::string certificate_name(std::string_view text);

// A new key, and a certificate for these names, of which the first is the subject's. Without an
// issuer it signs itself; one that does may stand among the authorities of those who believe it.
// Its time does not end behind that of the issuer. Throws Misuse without a name, TLSError if the
// issuer is no authority or OpenSSL fails.
[[nodiscard]] Identity make_certificate(const CertificateWish& wish,
                                        const Identity* issuer = nullptr);

// A new key, and the certificate of an authority with this common name, which signs certificates of
// servers and clients, but no authorities.
[[nodiscard]] Identity make_authority(const std::string& name,
                                      TimeSpan validity = std::chrono::hours(24 * 3650),
                                      KeyKind key = KeyKind::ec);

}  // namespace gnet
