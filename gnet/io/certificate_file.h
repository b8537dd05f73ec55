// What a file of certificates has in it: PEM, DER or PKCS#12 (RFC 7468, 5280, 7292).
//
//   const auto box = gnet::parse_certificates(bytes, "server.p12", [] { return ask(); });
//   for (const gnet::Certificate& one : box.certificates) show(one);
//   write(gnet::write_pem(box));
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gnet/base/function.h"
#include "gnet/io/certificate.h"

namespace gnet {

struct CertificateFile {
  enum class Format { pem, der, pkcs12 };

  Format format = Format::pem;
  std::vector<Certificate> certificates;  // as they stand there; of PKCS#12 the key's own is first
  std::string key;                        // PEM without a password: a secret. Empty: there is none.
};

// Called when a password is needed, once at most. May throw.
using AskPassword = std::function<std::string()>;

// Takes the text of a file apart. Throws TLSError (configuration), which names it by `name`, for
// what is none of the three or is damaged, for one without certificates and keys, and for a wrong
// password or one that nobody can be asked for.
[[nodiscard]] CertificateFile parse_certificates(std::string_view bytes, std::string_view name,
                                                 const AskPassword& ask = nullptr);

// All certificates and then the key.
[[nodiscard]] std::string write_pem(const CertificateFile& file);

// The first certificate, or the key where there is none (PKCS#8): there is room for one thing.
[[nodiscard]] std::string write_der(const CertificateFile& file);

// With an empty password whoever has the file has the key. Throws TLSError if the key is not that
// of the first certificate.
[[nodiscard]] std::string write_pkcs12(const CertificateFile& file, const std::string& password);

}  // namespace gnet
