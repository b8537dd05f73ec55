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
#include "gnet/http/client.h"
#include "gnet/http/url.h"

namespace cli {

// Gives it the time to connect, the name of the server, the way there, what the connection is set
// to, and a proxy: without --proxy what *_proxy say in the environment. Throws UsageError for a
// proxy that is none, and for one beside a unix socket.
void set_route(gnet::http::ClientOptions& client, const ClientOptions& options);

// The same for requests that each have a connection of their own: no redirects are followed, no
// proxy counts but --proxy, and TLS is as the options say. They may outlive the options.
[[nodiscard]] gnet::http::ClientOptions lone_requests(const ClientOptions& options,
                                                      const gnet::http::URL& url);

// Makes one, for who has named the place already: that a connection fails says nothing of where.
[[nodiscard]] gnet::http::ClientResponse ask_named(gnet::http::Client& client,
                                                   gnet::http::ClientRequest request);

// What a request that has failed makes of the exit status.
[[nodiscard]] Exit exit_for(gnet::http::ClientFailure failure);

}  // namespace cli
