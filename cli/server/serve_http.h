// The life of a server command that speaks HTTP: as serve(), for a handler of requests.
//
//   return cli::serve_http(options, options.listen, options.http,
//                          {.name = "echo", .handler = std::move(app)});

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/server/http_options.h"
#include "cli/server/listen.h"
#include "gnet/http/handler.h"

namespace cli {

struct HTTPService {
  std::string name;             // in log lines
  gnet::http::Handler handler;  // called on all threads

  std::string scheme = "http";
  // What the library is told beside what the options say.
  std::function<void(gnet::http::ServerOptions& options)> adjust = {};
  // As those of Handlers.
  std::function<void(const std::vector<Listening>& where)> ready = {};
  std::function<void(std::string_view message)> notified = {};
  std::function<std::function<void()>()> reload = {};
};

// As serve(). The paths of --health and --metrics are answered here, before the handler.
[[nodiscard]] Exit serve_http(const GlobalOptions& global, const ServerOptions& options,
                              const HTTPOptions& http, HTTPService service);

}  // namespace cli
