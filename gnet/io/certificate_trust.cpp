#include "gnet/io/certificate_trust.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "gnet/base/c_string.h"
#include "gnet/base/error.h"
#include "gnet/io/openssl.h"
#include "gnet/io/tls_error.h"

namespace gnet {
namespace {

using detail::Owned;
using detail::X509Stack;
using Context = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// Keys and signatures of less than 112 bits are no longer believed, as by Debian's TLS.
constexpr int kSecurityLevel = 2;

std::shared_ptr<X509_STORE> new_store() {
  X509_STORE* const store = X509_STORE_new();
  if (store == nullptr) throw std::bad_alloc();
  return {store, X509_STORE_free};
}

// Of a certificate that was not signed by anybody known.
std::string unknown_issuer(const Certificate& certificate) {
  return fmt::format(
      "nobody who is believed has signed {}: its issuer {} is neither sent nor known",
      certificate.subject(), certificate.issuer());
}

// Whose signature cannot be checked is a consequence, not a reason.
bool is_consequence(int error) {
  return error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

std::string reason_of(int error, const TrustOptions& options, const Certificate& certificate) {
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the certificate is not for {}", options.name);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the certificate is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self-signed certificate";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its root is not believed";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      return unknown_issuer(certificate);
    case X509_V_ERR_INVALID_PURPOSE:
      return "the certificate is not for servers";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return "its key is too weak";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "its signature is too weak";
    default:
      return X509_verify_cert_error_string(error);
  }
}

struct Findings {
  const TrustOptions& options;
  std::vector<std::string>& problems;
};

// Called by OpenSSL for everything that it finds; goes on, to hear of the rest.
int note(int fine, X509_STORE_CTX* context) {
  if (fine == 1) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  X509* const about = X509_STORE_CTX_get_current_cert(context);
  if (is_consequence(error) || about == nullptr) return 1;
  auto& findings = *static_cast<Findings*>(X509_STORE_CTX_get_app_data(context));
  try {
    const Certificate certificate(about);
    std::string reason = reason_of(error, findings.options, certificate);
    if (X509_STORE_CTX_get_error_depth(context) > 0) reason += ": " + certificate.subject();
    if (std::ranges::find(findings.problems, reason) == findings.problems.end()) {
      findings.problems.push_back(std::move(reason));
    }
    // One that stays ends the search for an issuer, and what comes behind it.
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
  } catch (const std::exception&) {
    return 0;  // out of memory
  }
}

void want_name(X509_VERIFY_PARAM* wanted, const std::string& name) {
  const std::string text = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
  refuse_nul(text, "cannot verify a certificate", "the name");
  // The subject of a certificate is for people: names stand in its subjectAltName (RFC 9525).
  X509_VERIFY_PARAM_set_hostflags(
      wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int done = detail::is_address(text)
                       ? X509_VERIFY_PARAM_set1_ip_asc(wanted, text.c_str())
                       : X509_VERIFY_PARAM_set1_host(wanted, text.c_str(), text.size());
  if (done != 1) detail::throw_tls_configuration("the name '" + text + "'");
}

}  // namespace

TrustStore::TrustStore() : store_(new_store()) {
  X509_STORE_set_default_paths(store_.get());
  ERR_clear_error();
}

TrustStore::TrustStore(const std::string& file) : store_(new_store()) {
  refuse_nul(file, "cannot open " + file, "its name");
  if (access(file.c_str(), R_OK) != 0) throw_errno("cannot open " + file);
  if (X509_STORE_load_file(store_.get(), file.c_str()) != 1) detail::throw_tls_configuration(file);
}

TrustStore::TrustStore(const Certificate& certificate) : store_(new_store()) {
  if (X509_STORE_add_cert(store_.get(), certificate.native()) != 1) throw std::bad_alloc();
  X509_STORE_set_flags(store_.get(), X509_V_FLAG_PARTIAL_CHAIN);
}

TrustVerdict TrustStore::verify(const std::vector<Certificate>& chain,
                                const TrustOptions& options) const {
  if (chain.empty()) throw Misuse("there is no certificate to verify");
  const Context context(X509_STORE_CTX_new());
  const X509Stack others(sk_X509_new_null());
  if (!context || !others) throw std::bad_alloc();
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (sk_X509_push(others.get(), chain[i].native()) <= 0) throw std::bad_alloc();
    X509_up_ref(chain[i].native());
  }
  if (X509_STORE_CTX_init(context.get(), store_.get(), chain[0].native(), others.get()) != 1) {
    detail::throw_tls_configuration("cannot verify a certificate");
  }
  if (options.server) X509_STORE_CTX_set_default(context.get(), "ssl_server");
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(wanted, kSecurityLevel);
  if (!options.name.empty()) want_name(wanted, options.name);

  TrustVerdict verdict;
  Findings findings{options, verdict.problems};
  X509_STORE_CTX_set_app_data(context.get(), &findings);
  X509_STORE_CTX_set_verify_cb(context.get(), note);
  const int result = X509_verify_cert(context.get());
  if (result != 1 && verdict.problems.empty()) {
    verdict.problems.emplace_back(
        X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  const STACK_OF(X509)* const path = X509_STORE_CTX_get0_chain(context.get());
  const int sent = X509_STORE_CTX_get_num_untrusted(context.get());
  for (int i = 0; i < sk_X509_num(path); ++i) {
    verdict.path.emplace_back(sk_X509_value(path, i));
    if (i >= sent) ++verdict.anchors;
  }
  ERR_clear_error();
  return verdict;
}

}  // namespace gnet
