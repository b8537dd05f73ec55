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

// Whether there is somebody who may send messages to what is served: a control socket is wanted, or
// the server is a service of a process that has one.
[[nodiscard]] bool is_controlled(const ServerOptions& options) noexcept;

}  // namespace cli
