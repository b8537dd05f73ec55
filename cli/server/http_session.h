// A connection of a server command that speaks HTTP.
//
//   std::make_unique<cli::HTTPSession>(rules, log, handler, options);
//
// It goes by the rules as a Session does: rate limits hold both ways, and its time between requests
// is --idle-timeout's.
//
// Threads: as gnet::Connection.

#pragma once

#include "cli/server/http_log.h"
#include "cli/server/session.h"
#include "gnet/http/http_connection.h"

namespace cli {

class HTTPSession final : public gnet::HTTPConnection {
 public:
  // All of them must outlive it.
  HTTPSession(SessionRules& rules, HTTPLog& log, gnet::http::Handler& handler,
              const gnet::http::ServerOptions& options)
      : HTTPConnection(handler, options), log_(log), pacer_(rules.pacer()) {
    log_.connected();
  }
  ~HTTPSession() override { log_.disconnected(); }

 private:
  void converse(gnet::AnyStream& stream, const gnet::Endpoint& peer) override;

  HTTPLog& log_;
  Pacer pacer_;
};

}  // namespace cli
