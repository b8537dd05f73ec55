#include "gnet/protocol/stream_server.h"

#include "gnet/base/error.h"

namespace gnet {

void StreamServer::refuse_empty_handler() {
  throw Misuse("a server needs a handler");
}

}  // namespace gnet
