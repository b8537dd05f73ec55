#include "cli/server/serve_http.h"

#include <utility>

#include "cli/server/serve.h"

namespace cli {

Exit serve_http(const GlobalOptions& global, const ServerOptions& options, const HTTPOptions& http,
                HTTPService service) {
  Handlers handlers{.name = service.name,
                    .connection = {},
                    .datagrams = {},
                    .scheme = service.scheme,
                    .logs_requests = true,
                    .ready = std::move(service.ready),
                    .notified = std::move(service.notified),
                    .reload = std::move(service.reload)};
  handlers.takes_messages = static_cast<bool>(handlers.notified);
  HTTPServer server(http, std::move(service), global.json);
  handlers.metrics = [&] { return server.metrics(); };
  handlers.begin = [&](SessionRules& rules) { server.begin(rules); };
  handlers.connection = [&](SessionRules& rules) { return server.connection(rules); };
  ServerOptions resolved = options;
  if (resolved.access_log == "auto" && global.verbose.times > 0) resolved.access_log = "-";
  return serve(global, resolved, handlers);
}

}  // namespace cli
