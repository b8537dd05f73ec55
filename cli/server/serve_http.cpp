#include "cli/server/serve_http.h"

#include <unistd.h>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "cli/server/http_log.h"
#include "cli/server/http_session.h"
#include "cli/server/serve.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace cli {
namespace {

using gnet::http::Request;
using gnet::http::Response;

// What the connections of one server have in common.
class HTTPServer {
 public:
  HTTPServer(const HTTPOptions& http, HTTPService service, bool json)
      : service_(std::move(service)),
        log_(json),
        health_(http.health),
        metrics_(http.metrics),
        handler_([this](Request& request, Response& response) { answer(request, response); }) {
    options_ = library_options(http);
    options_.observer = &log_;
    if (service_.adjust) service_.adjust(options_);
  }

  void begin(const SessionRules& rules) {
    log_.begin(rules);
    options_.idle_timeout = rules.settings->idle_timeout;
  }

  [[nodiscard]] std::string metrics() const { return log_.metrics(); }

  std::unique_ptr<gnet::Connection> connection(SessionRules& rules) {
    return std::make_unique<HTTPSession>(rules, log_, handler_,
                                         with_idle_timeout(rules.settings->idle_timeout));
  }

 private:
  void answer(Request& request, Response& response) {
    if (!health_.empty() && request.path() == health_) return tell(request, response, "ok\n");
    if (!metrics_.empty() && request.path() == metrics_) {
      response.type("text/plain; version=0.0.4; charset=utf-8");
      return tell(request, response, log_.metrics());
    }
    service_.handler(request, response);
  }

  static void tell(const Request& request, Response& response, std::string_view text) {
    if (request.method() != "GET" && request.method() != "HEAD") {
      response.status(405).set("Allow", "GET, HEAD");
      return response.send({});
    }
    if (!response.headers().has("Content-Type")) response.type("text/plain; charset=utf-8");
    response.set("Cache-Control", "no-store").send(text);
  }

  // SIGHUP may have brought another one: connections that begin then go by that.
  const gnet::http::ServerOptions& with_idle_timeout(gnet::Duration idle) {
    if (options_.idle_timeout == idle) return options_;
    const std::lock_guard lock(mutex_);
    auto& other = others_[idle];
    if (other == nullptr) {
      other = std::make_unique<gnet::http::ServerOptions>(options_);
      other->idle_timeout = idle;
    }
    return *other;
  }

  HTTPService service_;
  HTTPLog log_;
  const std::string health_;
  const std::string metrics_;
  gnet::http::Handler handler_;
  gnet::http::ServerOptions options_;
  std::mutex mutex_;
  std::map<gnet::Duration, std::unique_ptr<gnet::http::ServerOptions>> others_;
};

}  // namespace

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
