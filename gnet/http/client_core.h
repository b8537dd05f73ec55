// What a client and its responses share: options, TLS, and the connections that wait.
//
// Threads: of one hub.

#pragma once

#include <optional>
#include <utility>

#include "gnet/http/client_options.h"
#include "gnet/http/client_pool.h"
#include "gnet/io/tls_context.h"

namespace gnet::http::detail {

class ClientCore {
 public:
  explicit ClientCore(ClientOptions given)
      : options(std::move(given)), pool(options), tls_(options.tls) {}
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  // Made when it is first needed: reading the system's authorities takes its time.
  [[nodiscard]] const TLSContext& tls() {
    if (!tls_) {
      tls_ = options.make_tls ? options.make_tls() : TLSContext::client({.alpn = {"http/1.1"}});
    }
    return *tls_;
  }

  const ClientOptions options;
  ClientPool pool;

 private:
  std::optional<TLSContext> tls_;
};

}  // namespace gnet::http::detail
