// Whether to believe certificates, and if not, why: all reasons, not only the first.
//
//   const gnet::TrustStore system;
//   const auto verdict = system.verify(chain, {.name = "example.org"});
//   for (const std::string& problem : verdict.problems) complain(problem);
//
// Threads: may be used from any. A TrustStore is a handle; its copies are the same store.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gnet/io/certificate.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace gnet {

struct TrustOptions {
  std::string name = {};  // host name or address that it has to be for; empty: any
  bool server = true;     // it has to be good for a server
};

struct TrustVerdict {
  // "the certificate has expired", each with whom it is about if that is not the first one. None:
  // it is to be believed.
  std::vector<std::string> problems = {};
  // From the first one towards the root, as far as it is known, and how many of the last ones are
  // from the store, and so believed in themselves.
  std::vector<Certificate> path = {};
  std::size_t anchors = 0;
};

class TrustStore {
 public:
  // The system's authorities.
  TrustStore();

  // Those of a file (PEM). Throws SystemError if it cannot be read, TLSError if it has none.
  explicit TrustStore(const std::string& file);

  // This one and nobody else: names and times are looked at, and not who has signed it.
  explicit TrustStore(const Certificate& certificate);

  // The first one is looked at; the others, in any order, are what is known of those who have
  // signed it. Throws Misuse without one.
  [[nodiscard]] TrustVerdict verify(const std::vector<Certificate>& chain,
                                    const TrustOptions& options = {}) const;

 private:
  std::shared_ptr<x509_store_st> store_;
};

}  // namespace gnet
