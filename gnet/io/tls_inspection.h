// What a server of TLS shows to somebody who believes nothing: its certificates, and what it agrees
// to speak.
//
//   const auto context = gnet::TLSContext::client({.verify = false});
//   const auto seen = gnet::inspect_tls(std::move(stream), context, "example.org", 5s);
//   if (!seen.failure.empty()) complain(seen.failure);
//
// Threads: of the hub of the stream.

#pragma once

#include <string>
#include <vector>

#include "gnet/io/any_stream.h"
#include "gnet/io/certificate.h"
#include "gnet/io/tls_context.h"

namespace gnet {

struct TLSInspection {
  std::vector<Certificate> chain = {};  // as it was sent, the server's own first
  std::string version = {};             // "TLSv1.3"
  std::string cipher = {};
  std::string alpn = {};  // empty: none was agreed on
  // Why there is no connection although there are certificates: the server wants one of the client,
  // say. Empty: there is one.
  std::string failure = {};
};

// Does the handshake, and closes. Suspends. Throws as TLSStream::handshake() when nothing was seen
// of the server, and at the deadline.
[[nodiscard]] TLSInspection inspect_tls(AnyStream stream, const TLSContext& context,
                                        const std::string& server_name, Deadline deadline);

}  // namespace gnet
