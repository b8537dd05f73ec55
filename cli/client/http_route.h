// How a client of HTTP, or of WebSocket, gets to its server by the options that every client has,
// and what becomes of it if it does not.
//
//   gnet::http::ClientOptions client;
//   cli::set_route(client, options.to);
//
// Threads: functions without state.

#pragma once

#include <string>

#include "cli/client/client_options.h"
#include "cli/out/exit_status.h"
#include "gnet/http/client_error.h"
#include "gnet/http/client_options.h"

namespace cli {

// Gives it the time to connect, the name of the server, the way there, what the connection is set
// to, and a proxy: without --proxy what *_proxy say in the environment. Throws UsageError for a
// proxy that is none, and for one beside a unix socket.
void set_route(gnet::http::ClientOptions& client, const ClientOptions& options);

// What a request that has failed makes of the exit status.
[[nodiscard]] Exit exit_for(gnet::http::ClientFailure failure);

}  // namespace cli
