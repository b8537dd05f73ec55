#include "cli/server/http_server.h"

#include <utility>

#include "cli/server/http_session.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"

namespace cli {
namespace {

using gnet::http::Request;
using gnet::http::Response;

void tell(const Request& request, Response& response, std::string_view text) {
  if (request.method() != "GET" && request.method() != "HEAD") {
    response.status(405).set("Allow", "GET, HEAD");
    return response.send({});
  }
  if (!response.headers().has("Content-Type")) response.type("text/plain; charset=utf-8");
  response.set("Cache-Control", "no-store").send(text);
}

}  // namespace

HTTPServer::HTTPServer(const HTTPOptions& http, HTTPService service, bool json)
    : service_(std::move(service)),
      log_(json),
      health_(http.health),
      metrics_(http.metrics),
      handler_([this](Request& request, Response& response) { answer(request, response); }) {
  options_ = library_options(http);
  options_.observer = &log_;
  if (service_.adjust) service_.adjust(options_);
}

void HTTPServer::begin(const SessionRules& rules) {
  log_.begin(rules);
  options_.idle_timeout = rules.settings->idle_timeout;
}

std::unique_ptr<gnet::Connection> HTTPServer::connection(SessionRules& rules) {
  return std::make_unique<HTTPSession>(rules, log_, handler_,
                                       with_idle_timeout(rules.settings->idle_timeout));
}

void HTTPServer::answer(Request& request, Response& response) {
  if (!health_.empty() && request.path() == health_) return tell(request, response, "ok\n");
  if (!metrics_.empty() && request.path() == metrics_) {
    response.type("text/plain; version=0.0.4; charset=utf-8");
    return tell(request, response, log_.metrics());
  }
  service_.handler(request, response);
}

// SIGHUP may have brought another one: connections that begin then go by that.
const gnet::http::ServerOptions& HTTPServer::with_idle_timeout(gnet::Duration idle) {
  if (options_.idle_timeout == idle) return options_;
  const std::lock_guard lock(mutex_);
  auto& other = others_[idle];
  if (other == nullptr) {
    other = std::make_unique<gnet::http::ServerOptions>(options_);
    other->idle_timeout = idle;
  }
  return *other;
}

}  // namespace cli
