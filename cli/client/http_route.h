// How a client of HTTP, or of WebSocket, gets to its server by the options that every client has.
//
//   gnet::http::ClientOptions client;
//   cli::set_route(client, options.to, options.proxy);
//
// Threads: a function without state.

#pragma once

#include <string>

#include "cli/client/client_options.h"
#include "gnet/http/client_options.h"

namespace cli {

// Gives it the time to connect, the name of the server, the way there, what the connection is set
// to, and a proxy: `proxy` is its URL, or "none"; empty: what *_proxy say in the environment.
// Throws UsageError for a proxy that is none, and for one beside a unix socket.
void set_route(gnet::http::ClientOptions& client, const ClientOptions& options,
               const std::string& proxy);

}  // namespace cli
