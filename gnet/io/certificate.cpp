#include "gnet/io/certificate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <span>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/io/openssl.h"
#include "gnet/io/tls_error.h"

namespace gnet {
namespace {

using detail::Bio;
using detail::content;
using detail::Key;
using detail::memory;
using detail::no_password;
using detail::Owned;
using detail::pem_of;
using detail::reading;
using detail::Release;
using detail::throw_tls_configuration;
using detail::X509Pointer;
using detail::X509Stack;

constexpr std::size_t kMaxFile = 1024 * 1024;
constexpr std::size_t kStep = 16 * 1024;

X509Pointer first_certificate(std::string_view text) {
  return X509Pointer(PEM_read_bio_X509(reading(text).get(), nullptr, no_password, nullptr));
}

Key first_key(std::string_view text) {
  return Key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, no_password, nullptr));
}

std::string read_file(const std::string& name) {
  const UniqueFd fd(open(c_string(name, "cannot open " + name, "its name"), O_RDONLY | O_CLOEXEC));
  if (!fd) throw_errno("cannot open " + name);
  std::string text;
  std::size_t size = 0;
  for (;;) {
    text.resize(size + kStep);
    const ssize_t count = read(fd.get(), text.data() + size, kStep);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("cannot read " + name);
    size += static_cast<std::size_t>(count);
    if (size > kMaxFile) throw_errno(EFBIG, "cannot read " + name);
    if (count == 0) break;
  }
  text.resize(size);
  return text;
}

// A PKCS#12 file as PEM; with nothing in it if the text is something else.
Identity from_pkcs12(const std::string& text) {
  const Owned<PKCS12, PKCS12_free> box(d2i_PKCS12_bio(reading(text).get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  const bool opened = box && PKCS12_parse(box.get(), "", &key, &certificate, &chain) == 1;
  const Key own_key(key);
  const X509Pointer own(certificate);
  const X509Stack others(chain);
  Identity identity;
  if (!opened || !own_key || !own) return identity;
  identity.certificate = pem_of(own.get());
  for (int i = 0; i < sk_X509_num(others.get()); ++i) {
    identity.certificate += pem_of(sk_X509_value(others.get(), i));
  }
  identity.key = pem_of(own_key.get());
  return identity;
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const ASN1_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return {};
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return text.data();
}

std::string text_of(X509_NAME* name) {
  const Bio out = memory();
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return content(out);
}

template <typename F>
void for_each_name(const X509* certificate, F&& f) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    f(*sk_GENERAL_NAME_value(all.get(), i));
  }
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  return fmt::format("{:02X}", fmt::join(bytes, ":"));
}

std::string digest_of(const X509* certificate, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, algorithm, digest.data(), &size) != 1) {
    throw_tls_configuration("cannot hash a certificate");
  }
  return hexadecimal({digest.data(), size});
}

using OpenSSLBytes =
    std::unique_ptr<unsigned char, Release<[](unsigned char* p) { OPENSSL_free(p); }>>;

// Of a public key as X.509 has it (SubjectPublicKeyInfo).
std::string pin_of(const OpenSSLBytes& key, int size) {
  std::array<unsigned char, 32> digest;
  if (size <= 0 || EVP_Digest(key.get(), static_cast<std::size_t>(size), digest.data(), nullptr,
                              EVP_sha256(), nullptr) != 1) {
    throw_tls_configuration("cannot hash a key");
  }
  std::array<unsigned char, 45> text;
  EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return std::string("sha256//") + reinterpret_cast<const char*>(text.data());
}

// "P-256" rather than prime256v1.
std::string curve_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(),
                                     nullptr) != 1) {
    ERR_clear_error();
    return fmt::format("{} bits", EVP_PKEY_get_bits(key));
  }
  const char* const known = EC_curve_nid2nist(OBJ_sn2nid(name.data()));
  return known != nullptr ? known : name.data();
}

std::string name_of_use(const ASN1_OBJECT* use) {
  const int number = OBJ_obj2nid(use);
  if (number == NID_server_auth) return "server";
  if (number == NID_client_auth) return "client";
  if (number != NID_undef) return OBJ_nid2sn(number);
  std::array<char, 128> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), use, 1);
  return text.data();
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) throw_tls_configuration("cannot read a certificate");
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

}  // namespace

Identity load_identity(const std::string& certificate_file, const std::string& key_file) {
  const std::string text = read_file(certificate_file);
  Identity identity;
  if (text.find("-----BEGIN ") == std::string::npos) {
    identity = from_pkcs12(text);
    ERR_clear_error();
    if (identity.certificate.empty()) {
      throw TLSError(TLSErrc::configuration, certificate_file,
                     "neither PEM nor PKCS#12 without a password");
    }
  } else {
    identity.certificate = text;
    if (!first_certificate(text)) {
      throw TLSError(TLSErrc::configuration, certificate_file,
                     "has no certificate: " + detail::take_tls_reason("none found"));
    }
    if (key_file.empty()) identity.key = text;
  }
  if (!key_file.empty()) identity.key = read_file(key_file);
  const std::string& from = key_file.empty() ? certificate_file : key_file;
  if (!first_key(identity.key)) {
    throw TLSError(TLSErrc::configuration, from,
                   "has no private key that can be read without a password: " +
                       detail::take_tls_reason("none found"));
  }
  ERR_clear_error();
  return identity;
}

Certificate Certificate::from_pem(std::string_view pem) {
  const X509Pointer certificate = first_certificate(pem);
  if (!certificate) throw_tls_configuration("no certificate");
  return Certificate(certificate.get());
}

Certificate Certificate::from_der(std::string_view der) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = begin + der.size();
  const X509Pointer certificate(d2i_X509(nullptr, &begin, static_cast<long>(der.size())));
  if (!certificate || begin != end) throw_tls_configuration("no certificate");
  return Certificate(certificate.get());
}

Certificate::Certificate(x509_st* certificate) {
  X509_up_ref(certificate);
  certificate_.reset(certificate, X509_free);
}

std::string Certificate::subject() const {
  return text_of(X509_get_subject_name(certificate_.get()));
}

std::string Certificate::issuer() const {
  return text_of(X509_get_issuer_name(certificate_.get()));
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> names;
  for_each_name(certificate_.get(), [&](const GENERAL_NAME& name) {
    if (name.type == GEN_DNS) names.push_back(text_of(name.d.dNSName));
    if (name.type == GEN_IPADD) names.push_back(address_text(name.d.iPAddress));
  });
  return names;
}

std::vector<std::string> Certificate::other_names() const {
  std::vector<std::string> names;
  for_each_name(certificate_.get(), [&](const GENERAL_NAME& name) {
    if (name.type == GEN_EMAIL) names.push_back("email:" + text_of(name.d.rfc822Name));
    if (name.type == GEN_URI) names.push_back("URI:" + text_of(name.d.uniformResourceIdentifier));
  });
  return names;
}

std::string Certificate::serial() const {
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate_.get());
  const auto* const bytes = ASN1_STRING_get0_data(serial);
  return hexadecimal({bytes, static_cast<std::size_t>(ASN1_STRING_length(serial))});
}

std::string Certificate::key() const {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate_.get());
  ERR_clear_error();  // it may be of a kind that OpenSSL does not know
  if (key == nullptr) return "unknown";
  const char* const kind = EVP_PKEY_get0_type_name(key);
  if (kind == nullptr) return "unknown";
  if (EVP_PKEY_is_a(key, "EC") == 1) return fmt::format("{} {}", kind, curve_of(key));
  if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "DSA") == 1) {
    return fmt::format("{} {}", kind, EVP_PKEY_get_bits(key));
  }
  return kind;
}

int Certificate::key_bits() const {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate_.get());
  ERR_clear_error();
  return key == nullptr ? 0 : EVP_PKEY_get_bits(key);
}

std::string Certificate::signature() const {
  const int algorithm = X509_get_signature_nid(certificate_.get());
  return algorithm == NID_undef ? "unknown" : OBJ_nid2ln(algorithm);
}

std::vector<std::string> Certificate::uses() const {
  std::vector<std::string> uses;
  const Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> all(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(certificate_.get(), NID_ext_key_usage, nullptr, nullptr)));
  for (int i = 0; i < sk_ASN1_OBJECT_num(all.get()); ++i) {
    uses.push_back(name_of_use(sk_ASN1_OBJECT_value(all.get(), i)));
  }
  return uses;
}

bool Certificate::is_authority() const {
  const bool may_sign = X509_check_ca(certificate_.get()) > 0;
  ERR_clear_error();
  return may_sign;
}

bool Certificate::is_self_issued() const {
  return X509_NAME_cmp(X509_get_subject_name(certificate_.get()),
                       X509_get_issuer_name(certificate_.get())) == 0;
}

bool Certificate::has_key(std::string_view key) const {
  const Key own = first_key(key);
  const bool fits = own && X509_check_private_key(certificate_.get(), own.get()) == 1;
  ERR_clear_error();
  return fits;
}

std::chrono::sys_seconds Certificate::not_before() const {
  return time_of(X509_get0_notBefore(certificate_.get()));
}

std::chrono::sys_seconds Certificate::not_after() const {
  return time_of(X509_get0_notAfter(certificate_.get()));
}

std::string Certificate::fingerprint() const {
  return digest_of(certificate_.get(), EVP_sha256());
}

std::string Certificate::fingerprint_sha1() const {
  return digest_of(certificate_.get(), EVP_sha1());
}

std::string Certificate::pin() const {
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate_.get()), &key);
  return pin_of(OpenSSLBytes(key), size);
}

std::string pin_of_key(std::string_view text) {
  const Key key = first_key(text);
  if (!key) throw_tls_configuration("no private key");
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key.get(), &bytes);
  return pin_of(OpenSSLBytes(bytes), size);
}

std::string Certificate::pem() const {
  return pem_of(certificate_.get());
}

std::string Certificate::der() const {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate_.get(), &bytes);
  const OpenSSLBytes owned(bytes);
  if (size <= 0) throw_tls_configuration("cannot write certificate");
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace gnet
