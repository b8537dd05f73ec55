// The streams of endpoints that are no sockets: programs, files, descriptors, and what makes its
// bytes itself.
//
//   AnyStream stream = open_local("exec:sort -n");
//
// Threads: of the hub that opens them.

#pragma once

#include "gnet/io/any_stream.h"

namespace gnet::link {

// Throws SystemError, and BadEndpoint for what is not local.
[[nodiscard]] AnyStream open_local(const Endpoint& endpoint);

}  // namespace gnet::link
