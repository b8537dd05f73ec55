// An HTTP server: a function that is called for each request.
//
//   gnet::HTTPServerFactory server("127.0.0.1:8080", [](gnet::http::Request& request,
//                                                       gnet::http::Response& response) {
//     response.send("hello " + std::string(request.path()) + "\n", "text/plain");
//   });
//   server.serve_forever();
//
// HTTP/1.1 and 1.0, with connections that stay, requests behind each other (the answers to those
// that have come leave together), bodies read and written in pieces, and limits and deadlines for
// all that a client may do, see ServerOptions. Over TLS where the endpoint is tls://… or the
// options have a context; http/1.1 is announced then (RFC 7301), unless the context names others.
//
// What the function throws is an answer: an HTTPError its own, anything else 500 and a line in the
// log. Where a part of the answer has left already the connection is reset, so that nobody takes
// the half for the whole.
//
// It is a TCPServerFactory: it can be one of a Service's, has threads, counters, limits, and stops
// with grace.
//
// Threads: belongs to the hub on which it was made. With several threads the function is called on
// all of them.

#pragma once

#include <memory>
#include <utility>

#include "gnet/http/http_connection.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/protocol/tcp_server_factory.h"

namespace gnet {

class HTTPServerFactory : public TCPServerFactory {
 public:
  // Throws as TCPServerFactory.
  HTTPServerFactory(ServerAddress<Listener> address, http::Handler handler,
                    http::ServerOptions http = {}, TCPServerOptions options = {},
                    SourceLocation where = SourceLocation::current())
      : TCPServerFactory(std::move(address), std::move(options), where),
        handler_(std::move(handler)),
        http_(http) {
    announce({"http/1.1"});
  }

  ~HTTPServerFactory() override { end(); }

  std::unique_ptr<Connection> build_connection() override {
    return std::make_unique<HTTPConnection>(handler_, http_);
  }

 private:
  http::Handler handler_;
  const http::ServerOptions http_;
};

}  // namespace gnet
