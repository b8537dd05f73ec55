#include "gnet/io/certificate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/base/unique_fd.h"
#include "gnet/io/openssl.h"
#include "gnet/io/tls_error.h"

namespace gnet {
namespace {

using detail::Bio;
using detail::Key;
using detail::no_password;
using detail::Owned;
using detail::reading;
using detail::Release;
using detail::throw_tls_configuration;
using detail::X509Pointer;

constexpr std::size_t kMaxFile = 1024 * 1024;
constexpr std::size_t kStep = 16 * 1024;

void free_stack(STACK_OF(X509) * stack) {
  sk_X509_pop_free(stack, X509_free);
}

Bio memory() {
  Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  return bio;
}

std::string content(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio out = memory();
  if (PEM_write_bio_X509(out.get(), certificate) != 1) {
    throw_tls_configuration("cannot write certificate");
  }
  return content(out);
}

std::string pem_of(EVP_PKEY* key) {
  const Bio out = memory();
  if (PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw_tls_configuration("cannot write key");
  }
  return content(out);
}

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
  const Owned<STACK_OF(X509), free_stack> others(chain);
  Identity identity;
  if (!opened || !own_key || !own) return identity;
  identity.certificate = pem_of(own.get());
  for (int i = 0; i < sk_X509_num(others.get()); ++i) {
    identity.certificate += pem_of(sk_X509_value(others.get(), i));
  }
  identity.key = pem_of(own_key.get());
  return identity;
}

void add_extension(X509* certificate, int which, const std::string& value) {
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    throw_tls_configuration("cannot make a certificate for '" + value + "'");
  }
}

// The names as OpenSSL's configuration writes them. A comma would begin something else.
std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of(",\n\0", 0, 3) != std::string::npos) {
      throw Misuse("'" + name + "' is no name for a certificate");
    }
    text +=
        (text.empty() ? "" : ",") + std::string(detail::is_address(name) ? "IP:" : "DNS:") + name;
  }
  return text;
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

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) throw_tls_configuration("cannot read a certificate");
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

Identity make_self_signed(const SelfSignedOptions& options) {
  if (options.names.empty()) throw Misuse("a certificate needs a name");
  constexpr const char* kWhat = "cannot make a certificate";
  const Key key(EVP_EC_gen("P-256"));
  const X509Pointer certificate(X509_new());
  if (!key || !certificate) throw_tls_configuration(kWhat);
  X509* const x509 = certificate.get();

  std::array<unsigned char, 16> serial;
  if (RAND_bytes(serial.data(), serial.size()) != 1) throw_tls_configuration(kWhat);
  serial[0] &= 0x7f;  // positive
  serial[0] |= 0x40;
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509));

  X509_set_version(x509, X509_VERSION_3);
  // Some clocks are behind.
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509),
                  std::chrono::duration_cast<std::chrono::seconds>(options.validity).count());
  X509_NAME* const subject = X509_get_subject_name(x509);
  const std::string common = options.names.front().substr(0, 64);  // the longest there is
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, subject);
  X509_set_pubkey(x509, key.get());
  add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(x509, NID_subject_alt_name, alternative_names(options.names));
  add_extension(x509, NID_ext_key_usage, "serverAuth,clientAuth");
  if (X509_sign(x509, key.get(), EVP_sha256()) == 0) throw_tls_configuration(kWhat);
  return {.certificate = pem_of(x509), .key = pem_of(key.get())};
}

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
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(address_text(name->d.iPAddress));
  }
  return names;
}

std::chrono::system_clock::time_point Certificate::not_before() const {
  return time_of(X509_get0_notBefore(certificate_.get()));
}

std::chrono::system_clock::time_point Certificate::not_after() const {
  return time_of(X509_get0_notAfter(certificate_.get()));
}

std::string Certificate::fingerprint() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate_.get(), EVP_sha256(), digest.data(), &size) != 1) {
    throw_tls_configuration("cannot hash a certificate");
  }
  return fmt::format("{:02X}", fmt::join(digest.data(), digest.data() + size, ":"));
}

std::string Certificate::pin() const {
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate_.get()), &key);
  const std::unique_ptr<unsigned char, Release<[](unsigned char* p) { OPENSSL_free(p); }>> owned(
      key);
  std::array<unsigned char, 32> digest;
  if (size <= 0 || EVP_Digest(key, static_cast<std::size_t>(size), digest.data(), nullptr,
                              EVP_sha256(), nullptr) != 1) {
    throw_tls_configuration("cannot hash a key");
  }
  std::array<unsigned char, 45> text;
  EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return std::string("sha256//") + reinterpret_cast<const char*>(text.data());
}

std::string Certificate::pem() const {
  return pem_of(certificate_.get());
}

}  // namespace gnet
