#include "gnet/io/tls_inspection.h"

#include <system_error>
#include <utility>

#include "gnet/io/tls_stream.h"

namespace gnet {

TLSInspection inspect_tls(AnyStream stream, const TLSContext& context,
                          const std::string& server_name, Deadline deadline) {
  TLSStream secured(std::move(stream), context, server_name);
  TLSInspection seen;
  try {
    secured.handshake(deadline);
    const TLSSession& session = secured.session();
    seen.version = session.version();
    seen.cipher = session.cipher();
    seen.alpn = session.alpn();
  } catch (const std::system_error& error) {
    seen.chain = secured.session().peer_chain();
    if (seen.chain.empty() || error.code() == std::errc::timed_out) throw;
    seen.failure = error.what();
    return seen;
  }
  seen.chain = secured.session().peer_chain();
  return seen;
}

}  // namespace gnet
