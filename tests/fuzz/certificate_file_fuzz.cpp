// Files of any bytes: what is taken for certificates can be told of and written again.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gnet/io/certificate_file.h"
#include "gnet/io/tls_error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  gnet::CertificateFile file;
  try {
    file = gnet::parse_certificates(bytes, "x", [] { return std::string("geheim"); });
  } catch (const gnet::TLSError&) {
    return 0;
  }
  if (file.certificates.empty() && file.key.empty()) std::abort();
  for (const gnet::Certificate& one : file.certificates) {
    static_cast<void>(one.subject());
    static_cast<void>(one.issuer());
    static_cast<void>(one.names());
    static_cast<void>(one.other_names());
    static_cast<void>(one.serial());
    static_cast<void>(one.key());
    static_cast<void>(one.signature());
    static_cast<void>(one.uses());
    static_cast<void>(one.is_authority());
    static_cast<void>(one.pin());
    if (gnet::Certificate::from_der(one.der()).fingerprint() != one.fingerprint()) std::abort();
  }
  const auto again = gnet::parse_certificates(gnet::write_pem(file), "x");
  if (again.certificates.size() != file.certificates.size() || again.key != file.key) std::abort();
  return 0;
}
