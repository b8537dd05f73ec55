#include "gnet/io/make_certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

#include "gnet/base/error.h"
#include "gnet/io/ascii_host.h"
#include "gnet/io/openssl.h"
#include "gnet/io/tls_error.h"

namespace gnet {
namespace {

using detail::Key;
using detail::Owned;
using detail::throw_tls_configuration;
using detail::X509Pointer;

constexpr const char* kWhat = "cannot make a certificate";
constexpr std::size_t kLongestName = 253;  // RFC 1035, 2.3.4
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestCommonName = 64;  // RFC 5280, ub-common-name

// ---- names ----

[[noreturn]] void refuse_name(std::string_view text, std::string_view reason) {
  throw std::invalid_argument(fmt::format("'{}' is no name for a certificate: {}", text, reason));
}

void check_label(std::string_view text, std::string_view label, bool first) {
  if (label.empty()) refuse_name(text, "nothing stands between two dots");
  if (label.size() > kLongestLabel) refuse_name(text, "a part of it has more than 63 bytes");
  if (first && label == "*") return;
  for (const char c : label) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    if (!good) refuse_name(text, "it may have letters, digits, '-', '_' and dots");
  }
  if (label.front() == '-' || label.back() == '-') refuse_name(text, "'-' is in its middle only");
}

void check_host(std::string_view text, std::string_view host) {
  if (host.size() > kLongestName) refuse_name(text, "it has more than 253 bytes");
  if (host.starts_with('*') && host.find('.') == host.npos) {
    refuse_name(text, "'*' stands before a domain: *.example.org");
  }
  for (std::size_t begin = 0;;) {
    const std::size_t dot = std::min(host.find('.', begin), host.size());
    check_label(text, host.substr(begin, dot - begin), begin == 0);
    if (dot == host.size()) return;
    begin = dot + 1;
  }
}

std::string host_name(std::string_view text, std::string_view host) {
  const bool wild = host.starts_with("*.");
  try {
    // What stands behind the star alone is a name of DNS.
    std::string ascii = ascii_host(std::string(wild ? host.substr(2) : host));
    if (wild) ascii.insert(0, "*.");
    std::ranges::transform(ascii, ascii.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    check_host(text, ascii);
    return ascii;
  } catch (const std::system_error& error) {
    refuse_name(text, describe(error.code()));
  }
}

std::string mail_name(std::string_view text, std::size_t at) {
  const std::string_view user = text.substr(0, at);
  const bool good = !user.empty() && user.size() <= 64 && std::ranges::all_of(user, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
  if (!good) refuse_name(text, "this is not how an e-mail address begins");
  return fmt::format("{}@{}", user, host_name(text, text.substr(at + 1)));
}

// As OpenSSL's configuration writes them. A comma would begin something else.
std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of(",\n\0", 0, 3) != std::string::npos) {
      throw Misuse("'" + name + "' is no name for a certificate");
    }
    const char* const kind = detail::is_address(name)              ? "IP:"
                             : name.find('@') != std::string::npos ? "email:"
                                                                   : "DNS:";
    text += (text.empty() ? "" : ",") + std::string(kind) + name;
  }
  return text;
}

// ---- parts ----

Key new_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa2048:
      return Key(EVP_RSA_gen(2048));
    case KeyKind::ed25519:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyKind::ec:
      break;
  }
  return Key(EVP_EC_gen("P-256"));
}

void set_serial(X509* certificate) {
  std::array<unsigned char, 16> serial;
  if (RAND_bytes(serial.data(), serial.size()) != 1) throw_tls_configuration(kWhat);
  serial[0] &= 0x7f;  // positive
  serial[0] |= 0x40;
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

void add_extension(X509* certificate, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    throw_tls_configuration("cannot make a certificate for '" + value + "'");
  }
}

// A certificate without names and uses, and its key.
struct Blank {
  Blank(KeyKind kind, const std::string& name, TimeSpan validity)
      : key(new_key(kind)), certificate(X509_new()) {
    if (!key || !certificate) throw_tls_configuration(kWhat);
    X509* const x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    set_serial(x509);
    // Some clocks are behind.
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(validity).count();
    X509_time_adj_ex(X509_getm_notAfter(x509), static_cast<int>(seconds / 86400), seconds % 86400,
                     nullptr);
    const std::string common = name.substr(0, kLongestCommonName);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
    X509_set_pubkey(x509, key.get());
  }

  Identity signed_by(X509* issuer, EVP_PKEY* issuer_key) const {
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
    // Ed25519 has a digest of its own.
    const EVP_MD* const digest =
        EVP_PKEY_is_a(issuer_key, "ED25519") == 1 || EVP_PKEY_is_a(issuer_key, "ED448") == 1
            ? nullptr
            : EVP_sha256();
    if (X509_sign(certificate.get(), issuer_key, digest) == 0) throw_tls_configuration(kWhat);
    return {.certificate = detail::pem_of(certificate.get()), .key = detail::pem_of(key.get())};
  }

  const Key key;
  const X509Pointer certificate;
};

struct Issuer {
  explicit Issuer(const Identity& identity)
      : certificate(PEM_read_bio_X509(detail::reading(identity.certificate).get(), nullptr,
                                      detail::no_password, nullptr)),
        key(PEM_read_bio_PrivateKey(detail::reading(identity.key).get(), nullptr,
                                    detail::no_password, nullptr)) {
    const std::string problem = !certificate                            ? "it has no certificate"
                                : !key                                  ? "it has no private key"
                                : X509_check_ca(certificate.get()) <= 0 ? "it is no authority"
                                : X509_check_private_key(certificate.get(), key.get()) != 1
                                    ? "its key is that of another certificate"
                                    : "";
    ERR_clear_error();
    if (!problem.empty())
      throw TLSError(TLSErrc::configuration, "cannot sign a certificate", problem);
  }

  const X509Pointer certificate;
  const Key key;
};

}  // namespace

std::string certificate_name(std::string_view text) {
  std::string_view name = text;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name.find('\0') != name.npos) refuse_name(text, "it has a NUL byte");
  if (name.size() != text.size() && name.find(':') == name.npos) {
    refuse_name(text, "an address of IPv6 stands between brackets");
  }
  if (detail::is_address(std::string(name))) return std::string(name);
  if (name.empty()) refuse_name(text, "it is empty");
  const std::size_t at = name.rfind('@');
  return at == name.npos ? host_name(text, name) : mail_name(text, at);
}

Identity make_certificate(const CertificateWish& wish, const Identity* issuer) {
  if (wish.names.empty()) throw Misuse("a certificate needs a name");
  const std::string names = alternative_names(wish.names);
  std::optional<Issuer> signer;
  if (issuer != nullptr) signer.emplace(*issuer);
  const Blank blank(wish.key, wish.names.front(), wish.validity);
  X509* const x509 = blank.certificate.get();
  X509* const above = signer ? signer->certificate.get() : x509;
  const std::string uses = wish.clients ? "serverAuth,clientAuth" : "serverAuth";
  add_extension(x509, above, NID_basic_constraints,
                signer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (signer) {
    const ASN1_TIME* const last = X509_get0_notAfter(above);
    if (ASN1_TIME_compare(X509_get0_notAfter(x509), last) > 0) X509_set1_notAfter(x509, last);
    add_extension(x509, above, NID_key_usage,
                  wish.key == KeyKind::rsa2048 ? "critical,digitalSignature,keyEncipherment"
                                               : "critical,digitalSignature");
    add_extension(x509, above, NID_subject_key_identifier, "hash");
    add_extension(x509, above, NID_authority_key_identifier, "keyid");
  }
  add_extension(x509, above, NID_subject_alt_name, names);
  add_extension(x509, above, NID_ext_key_usage, uses);
  return blank.signed_by(above, signer ? signer->key.get() : blank.key.get());
}

Identity make_authority(const std::string& name, TimeSpan validity, KeyKind key) {
  const Blank blank(key, name, validity);
  X509* const x509 = blank.certificate.get();
  add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(x509, x509, NID_subject_key_identifier, "hash");
  return blank.signed_by(x509, blank.key.get());
}

Identity make_self_signed(const SelfSignedOptions& options) {
  return make_certificate({.names = options.names, .validity = options.validity});
}

}  // namespace gnet
