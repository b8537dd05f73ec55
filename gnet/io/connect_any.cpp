#include "gnet/io/connect_any.h"

#include <utility>

namespace gnet {

AnyStream connect_any(const Endpoint& endpoint, const ConnectOptions& options,
                      std::optional<TLSContext> tls) {
  const auto context = TLSContext::client_for(endpoint, std::move(tls));
  const Deadline deadline =
      options.timeout > Duration::zero() ? Deadline(options.timeout) : Deadline::never();
  Stream stream = detail::connect_below(endpoint, options);
  if (!context) return stream;
  TLSStream secured(std::move(stream), *context, endpoint.server_name());
  secured.handshake(deadline);
  return secured;
}

}  // namespace gnet
