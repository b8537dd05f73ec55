// What several files do with OpenSSL alike. Part of certificate.cpp and those that stand beside it,
// of tls_context.cpp and tls_session.cpp.
//
// Threads: all of it may be used from any.

#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace gnet::detail {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};
template <typename T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;

using Bio = Owned<BIO, BIO_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using X509Pointer = Owned<X509, X509_free>;
// With all that is in it.
using X509Stack =
    Owned<STACK_OF(X509), [](STACK_OF(X509) * all) { sk_X509_pop_free(all, X509_free); }>;

// A BIO that reads this text, which has to outlive it.
[[nodiscard]] Bio reading(std::string_view text);

// One that is written to, and what was written. Throws std::bad_alloc.
[[nodiscard]] Bio memory();
[[nodiscard]] std::string content(const Bio& bio);

// Throw TLSError.
[[nodiscard]] std::string pem_of(X509* certificate);
[[nodiscard]] std::string pem_of(EVP_PKEY* key);

// For OpenSSL's readers of PEM. Asks nobody: a password is not to be had.
int no_password(char*, int, int, void*);

// True for an IP address, which certificates and handshakes do not treat as a name.
[[nodiscard]] bool is_address(const std::string& name);

}  // namespace gnet::detail
