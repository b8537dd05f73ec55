// What the connections of HTTP of a server have in common: the handler, counters, the paths that
// tell of the server itself.
//
//   cli::HTTPServer server(options.http, {.name = "echo", .handler = std::move(app)}, json);
//   server.begin(rules);
//   return server.connection(rules);        // each time that one comes
//
// What serve_http() is made of; a command that speaks other things, too, has it by itself.
//
// Threads: connection() may be called on all hubs at the same time.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/server/http_log.h"
#include "cli/server/http_options.h"
#include "cli/server/ready.h"
#include "gnet/http/handler.h"

namespace cli {

struct HTTPService {
  std::string name;             // in log lines
  gnet::http::Handler handler;  // called on all threads

  std::string scheme = "http";
  // What the library is told beside what the options say.
  std::function<void(gnet::http::ServerOptions& options)> adjust = {};
  // As those of Handlers, see serve_http().
  std::function<void(const std::vector<Listening>& where)> ready = {};
  std::function<void(std::string_view message)> notified = {};
  std::function<std::function<void()>()> reload = {};
};

class HTTPServer {
 public:
  HTTPServer(const HTTPOptions& http, HTTPService service, bool json);
  HTTPServer(const HTTPServer&) = delete;
  HTTPServer& operator=(const HTTPServer&) = delete;

  // Before the first connection.
  void begin(const SessionRules& rules);

  [[nodiscard]] std::string metrics() const { return log_.metrics(); }

  [[nodiscard]] std::unique_ptr<gnet::Connection> connection(SessionRules& rules);

 private:
  void answer(gnet::http::Request& request, gnet::http::Response& response);
  const gnet::http::ServerOptions& with_idle_timeout(gnet::Duration idle);

  HTTPService service_;
  HTTPLog log_;
  const std::string health_;
  const std::string metrics_;
  gnet::http::Handler handler_;
  gnet::http::ServerOptions options_;
  std::mutex mutex_;
  std::map<gnet::Duration, std::unique_ptr<gnet::http::ServerOptions>> others_;
};

}  // namespace cli
