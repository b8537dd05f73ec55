#include "gnet/link/peer_server.h"

#include <string_view>
#include <utility>

#include "gnet/http/http_connection.h"
#include "gnet/http/http_error.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/http/server_options.h"
#include "gnet/protocol/stream_connection.h"

namespace gnet::link {
namespace {

class BytePeer final : public StreamConnection {
 public:
  BytePeer(bool has_messages, PeerHandler& handler)
      : handler_(handler), has_messages_(has_messages) {}

 private:
  void converse(AnyStream& stream, const Endpoint& from) override {
    if (has_messages_) {
      Peer peer(link_of_packets(std::move(stream)), from, log());
      return handler_(peer);
    }
    Peer peer(stream, from, log());
    handler_(peer);
  }

  PeerHandler& handler_;
  const bool has_messages_;
};

ws::AcceptOptions half_closing(ws::AcceptOptions options) {
  options.socket.half_close = true;
  return options;
}

// Both have to be there before an HTTPConnection is.
struct WebSocketAnswer {
  http::Handler answer;
  http::ServerOptions http = {};
};

class WebSocketPeer final : private WebSocketAnswer, public HTTPConnection {
 public:
  WebSocketPeer(const Endpoint& endpoint, PeerHandler& handler, const PeerOptions& options)
      : WebSocketAnswer{[this](http::Request& request, http::Response& response) {
          serve_request(request, response);
        }},
        HTTPConnection(WebSocketAnswer::answer, WebSocketAnswer::http),
        endpoint_(endpoint),
        handler_(handler),
        options_(options) {}

 private:
  void serve_request(http::Request& request, http::Response& response) {
    const std::string_view wanted = endpoint_.request_target();
    if (!wanted.empty() && request.path() != wanted.substr(0, wanted.find('?'))) {
      throw http::HTTPError(404, "the WebSocket is elsewhere");
    }
    ws::serve(
        request, response, [this](ws::WebSocket& socket) { serve_socket(socket); },
        half_closing(options_.ws));
  }

  void serve_socket(ws::WebSocket& socket) {
    const Endpoint from = Connection::peer();
    Peer peer(link_of(socket), from, log());
    handler_(peer);
  }

  const Endpoint& endpoint_;
  PeerHandler& handler_;
  const PeerOptions& options_;
};

}  // namespace

std::unique_ptr<Connection> peer_connection(const Endpoint& endpoint, PeerHandler& handler,
                                            const PeerOptions& options) {
  if (endpoint.is_ws()) return std::make_unique<WebSocketPeer>(endpoint, handler, options);
  return std::make_unique<BytePeer>(endpoint.has_messages(), handler);
}

}  // namespace gnet::link
