// The way from a URL to a connection on which requests can be made: through a proxy, with TLS.
//
//   detail::ClientConnector connector(url, nullptr, false, core, Deadline::never());
//   AnyStream stream = connector.connect(timings);
//
// What goes wrong is ClientTrouble: resolve, connect, tls, protocol (of a proxy), timeout.
//
// Threads: of the hub that connects.

#pragma once

#include <string>
#include <string_view>

#include "gnet/fiber/deadline.h"
#include "gnet/http/client_core.h"
#include "gnet/http/client_error.h"
#include "gnet/http/client_response.h"
#include "gnet/http/proxy_url.h"
#include "gnet/http/url.h"
#include "gnet/io/any_stream.h"

namespace gnet::http::detail {

class ClientConnector {
 public:
  // `proxy` may be null. With `tunnel` it passes through what belongs to http and ws as well. All
  // of them must outlive it.
  ClientConnector(const URL& url, const ProxyURL* proxy, bool tunnel, ClientCore& core,
                  Deadline limit);

  // Suspends until connected.
  [[nodiscard]] AnyStream connect(ClientTimings& timings);

 private:
  [[nodiscard]] AnyStream open(const Endpoint& to, ClientTimings& timings);
  [[nodiscard]] AnyStream pass_through(AnyStream stream);
  [[nodiscard]] AnyStream secure(AnyStream stream, const std::string& name, ClientTimings& timings);
  [[noreturn]] void fail(ClientFailure failure, const std::exception& error,
                         std::error_code code) const;

  const URL& url_;
  const ProxyURL* proxy_;
  const bool tunnel_;
  ClientCore& core_;
  const ClientOptions& options_;
  const Deadline limit_;     // of everything
  const Deadline deadline_;  // of the connection
};

}  // namespace gnet::http::detail
