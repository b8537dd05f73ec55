// The life of a server command, from binding to the exit status.
//
//   return cli::serve(options, options.listen, {.connection = …, .datagrams = …});
//
// In this order: bind and listen; drop privileges; say that it is ready; accept.
// Then it runs until a signal, --for, --idle-exit, --once or --max-accepts ends it:
// listeners close at once, connections may come to their end within
// --drain-timeout, and those that do not are cut.

#pragma once

#include "cli/server/listen.h"

namespace cli {

// Runs the server on this thread; returns Exit::ok, or Exit::cut when connections were cut. Throws
// Failure when it cannot begin.
[[nodiscard]] Exit serve(const GlobalOptions& global, const ServerOptions& options,
                         const Handlers& handlers);

}  // namespace cli
