#include "gnet/io/certificate_file.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>

#include "gnet/io/openssl.h"
#include "gnet/io/tls_error.h"

namespace gnet {
namespace {

using detail::Bio;
using detail::Key;
using detail::Owned;
using detail::pem_of;
using detail::reading;
using detail::throw_tls_configuration;
using detail::X509Pointer;
using detail::X509Stack;

[[noreturn]] void refuse(std::string_view name, std::string_view reason) {
  ERR_clear_error();
  throw TLSError(TLSErrc::configuration, name, reason);
}

// The password of one file: asked for when it is needed, and gone from memory afterwards.
class Password {
 public:
  Password(std::string_view name, const AskPassword& ask) : name_(name), ask_(ask) {}
  Password(const Password&) = delete;
  Password& operator=(const Password&) = delete;
  ~Password() {
    if (text_) OPENSSL_cleanse(text_->data(), text_->size());
  }

  const std::string& get() {
    if (!ask_) refuse(name_, "it has a password");
    if (!text_) text_ = ask_();
    return *text_;
  }
  [[nodiscard]] bool was_asked() const noexcept { return text_.has_value(); }

  // For OpenSSL, which is C: an exception waits until it has returned.
  static int give(char* buffer, int size, int, void* self) {
    auto& password = *static_cast<Password*>(self);
    try {
      const std::string& text = password.get();
      if (text.size() > static_cast<std::size_t>(size)) return -1;
      std::ranges::copy(text, buffer);
      return static_cast<int>(text.size());
    } catch (...) {
      password.error_ = std::current_exception();
      return -1;
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const std::string_view name_;
  const AskPassword& ask_;
  std::optional<std::string> text_;
  std::exception_ptr error_;
};

// ---- PEM ----

bool at_end_of_pem() {
  return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

void read_pem_certificates(CertificateFile& file, std::string_view text, std::string_view name) {
  const Bio in = reading(text);
  for (;;) {
    ERR_clear_error();
    const X509Pointer one(PEM_read_bio_X509(in.get(), nullptr, detail::no_password, nullptr));
    if (!one) break;
    file.certificates.emplace_back(one.get());
  }
  if (!at_end_of_pem()) refuse(name, "damaged: " + detail::take_tls_reason("not PEM"));
  ERR_clear_error();
}

void read_pem_key(CertificateFile& file, std::string_view text, Password& password,
                  std::string_view name) {
  if (text.find("PRIVATE KEY-----") == text.npos) return;
  ERR_clear_error();
  const Key key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, Password::give, &password));
  password.rethrow();
  if (!key) {
    if (password.was_asked()) refuse(name, "the password of its key is another");
    refuse(name, "its private key is damaged: " + detail::take_tls_reason("not PEM"));
  }
  file.key = pem_of(key.get());
}

// ---- PKCS#12 ----

struct Opened {
  Key key;
  X509Pointer own;
  X509Stack others;
};

std::optional<Opened> open_box(PKCS12* box, const char* password) {
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  const bool opened = PKCS12_parse(box, password, &key, &own, &others) == 1;
  Opened found{.key = Key(key), .own = X509Pointer(own), .others = X509Stack(others)};
  if (!opened) return std::nullopt;
  return found;
}

bool is_wrong_password() {
  return ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_MAC_VERIFY_FAILURE;
}

CertificateFile read_box(PKCS12* box, Password& password, std::string_view name) {
  auto opened = open_box(box, "");
  if (!opened && is_wrong_password()) {
    ERR_clear_error();
    opened = open_box(box, password.get().c_str());
    if (!opened && is_wrong_password()) refuse(name, "its password is another");
  }
  if (!opened) refuse(name, "cannot be opened: " + detail::take_tls_reason("damaged"));
  CertificateFile file{.format = CertificateFile::Format::pkcs12, .certificates = {}, .key = {}};
  if (opened->own) file.certificates.emplace_back(opened->own.get());
  for (int i = 0; i < sk_X509_num(opened->others.get()); ++i) {
    file.certificates.emplace_back(sk_X509_value(opened->others.get(), i));
  }
  if (opened->key) file.key = pem_of(opened->key.get());
  return file;
}

// ---- DER ----

// Nothing if it is something else.
std::optional<CertificateFile> read_der(std::string_view bytes, Password& password,
                                        std::string_view name) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto size = static_cast<long>(bytes.size());
  CertificateFile file{.format = CertificateFile::Format::der, .certificates = {}, .key = {}};
  const auto* at = begin;
  if (const X509Pointer one(d2i_X509(nullptr, &at, size)); one && at == begin + size) {
    file.certificates.emplace_back(one.get());
    return file;
  }
  at = begin;
  const Owned<PKCS12, PKCS12_free> box(d2i_PKCS12(nullptr, &at, size));
  ERR_clear_error();
  if (box) return read_box(box.get(), password, name);
  at = begin;
  if (const Key key(d2i_AutoPrivateKey(nullptr, &at, size)); key && at == begin + size) {
    file.key = pem_of(key.get());
    return file;
  }
  return std::nullopt;
}

// ---- writing ----

Key key_of(const CertificateFile& file) {
  Key key(PEM_read_bio_PrivateKey(reading(file.key).get(), nullptr, detail::no_password, nullptr));
  if (!key) throw_tls_configuration("no private key");
  return key;
}

std::string taken(const Bio& bio) {
  std::string text = detail::content(bio);
  ERR_clear_error();
  return text;
}

}  // namespace

CertificateFile parse_certificates(std::string_view bytes, std::string_view name,
                                   const AskPassword& ask) {
  if (bytes.empty()) refuse(name, "it is empty");
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    refuse(name, "it is too large");
  }
  Password password(name, ask);
  CertificateFile file;
  if (bytes.find("-----BEGIN ") != bytes.npos) {
    read_pem_certificates(file, bytes, name);
    read_pem_key(file, bytes, password, name);
  } else if (auto found = read_der(bytes, password, name)) {
    file = *std::move(found);
  } else {
    refuse(name, "neither PEM, DER nor PKCS#12, or damaged");
  }
  ERR_clear_error();
  if (file.certificates.empty() && file.key.empty()) {
    refuse(name, "it has neither a certificate nor a private key");
  }
  return file;
}

std::string write_pem(const CertificateFile& file) {
  std::string text;
  for (const Certificate& one : file.certificates) text += one.pem();
  return text + file.key;
}

std::string write_der(const CertificateFile& file) {
  if (!file.certificates.empty()) return file.certificates.front().der();
  const Key key = key_of(file);
  const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(EVP_PKEY2PKCS8(key.get()));
  const Bio out = detail::memory();
  if (!info || i2d_PKCS8_PRIV_KEY_INFO_bio(out.get(), info.get()) != 1) {
    throw_tls_configuration("cannot write key");
  }
  return taken(out);
}

std::string write_pkcs12(const CertificateFile& file, const std::string& password) {
  if (!file.certificates.empty() && !file.key.empty() &&
      !file.certificates.front().has_key(file.key)) {
    throw TLSError(TLSErrc::configuration, "PKCS#12",
                   "the private key is not that of the first certificate");
  }
  const Key key = file.key.empty() ? Key() : key_of(file);
  const X509Stack others(sk_X509_new_null());
  // Without a key all are equal.
  const std::size_t first = key ? 1 : 0;
  for (std::size_t i = first; i < file.certificates.size(); ++i) {
    X509* const one = file.certificates[i].native();
    if (!others || sk_X509_push(others.get(), one) <= 0) throw std::bad_alloc();
    X509_up_ref(one);
  }
  X509* const own = key && !file.certificates.empty() ? file.certificates[0].native() : nullptr;
  const Owned<PKCS12, PKCS12_free> box(
      PKCS12_create(password.c_str(), nullptr, key.get(), own, others.get(), 0, 0, 0, 0, 0));
  const Bio out = detail::memory();
  if (!box || i2d_PKCS12_bio(out.get(), box.get()) != 1) {
    throw_tls_configuration("cannot write PKCS#12");
  }
  return taken(out);
}

}  // namespace gnet
