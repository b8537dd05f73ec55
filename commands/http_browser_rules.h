// What a file server tells browsers about its pages: who else may read them, and what they may do.
//
//   HTTPBrowserRules rules(options);
//   if (rules.answers_preflight(request, response)) return;
//   rules.apply(request, response);
//
// Threads: const members may be called from any hub.

#pragma once

#include <string>

#include "commands/http_serve_options.h"
#include "gnet/http/headers.h"

namespace gnet::http {
class Request;
class Response;
}  // namespace gnet::http

namespace commands {

class HTTPBrowserRules {
 public:
  // Throws UsageError for an origin that is none.
  explicit HTTPBrowserRules(const HTTPServeOptions& options);

  // Sets the fields that all answers have.
  void apply(const gnet::http::Request& request, gnet::http::Response& response) const;

  // The question of a browser, before a request of another site's page, whether it may (Fetch
  // §3.3). True if it was one and is answered.
  bool answers_preflight(const gnet::http::Request& request, gnet::http::Response& response,
                         const std::string& methods) const;

 private:
  std::string origin_;  // that of --cors; empty: none
  gnet::http::Headers fields_;
};

}  // namespace commands
