// A connection of an HTTP server.
//
//   auto connection = std::make_unique<gnet::HTTPConnection>(handler, options);
//
// What HTTPServerFactory makes; a factory of one's own may return one from build_connection().
//
// When the factory stops, a connection that waits for a request ends at once, and any other when
// its request is answered, of which it tells the client.
//
// Threads: as Connection.

#pragma once

#include "gnet/http/handler.h"
#include "gnet/http/server_options.h"
#include "gnet/protocol/stream_connection.h"

namespace gnet {

namespace http::detail {
class ServerConversation;
}

class HTTPConnection : public StreamConnection {
 public:
  // Both must outlive the connection.
  HTTPConnection(http::Handler& handler, const http::ServerOptions& options) noexcept
      : handler_(handler), options_(options) {}

 protected:
  // A class that derives from it may lay something of its own on the stream.
  void converse(AnyStream& stream, const Endpoint& peer) override;

 private:
  void drain(Duration quiet) override;

  http::Handler& handler_;
  const http::ServerOptions& options_;
  http::detail::ServerConversation* conversation_ = nullptr;
};

}  // namespace gnet
