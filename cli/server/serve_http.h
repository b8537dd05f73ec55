// The life of a server command that speaks HTTP: as serve(), for a handler of requests.
//
//   return cli::serve_http(options, options.listen, options.http,
//                          {.name = "echo", .handler = std::move(app)});

#pragma once

#include "cli/server/http_server.h"
#include "cli/server/listen.h"

namespace cli {

// As serve(). The paths of --health and --metrics are answered here, before the handler.
[[nodiscard]] Exit serve_http(const GlobalOptions& global, const ServerOptions& options,
                              const HTTPOptions& http, HTTPService service);

}  // namespace cli
