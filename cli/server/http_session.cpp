#include "cli/server/http_session.h"

#include <memory>

#include "cli/server/paced_stream.h"

namespace cli {

void HTTPSession::converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) {
  if (!pacer_.limited()) return HTTPConnection::converse(stream, peer);
  gnet::AnyStream paced(std::make_unique<PacedStream>(stream, pacer_));
  HTTPConnection::converse(paced, peer);
}

}  // namespace cli
