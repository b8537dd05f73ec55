// The server's side of a WebSocket: from a request to the WebSocket (RFC 6455, §4.2).
//
//   gnet::HTTPServerFactory server("127.0.0.1:8080", [](gnet::http::Request& request,
//                                                       gnet::http::Response& response) {
//     gnet::ws::serve(request, response, [](gnet::ws::WebSocket& socket) {
//       while (const auto message = socket.receive()) socket.send(*message);
//     });
//   });
//
// Threads: of the fiber of the request's handler.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gnet/base/unique_function.h"
#include "gnet/ws/web_socket.h"

namespace gnet::ws {

struct AcceptOptions {
  WebSocketOptions socket = {};

  // What the server speaks, what it likes best first. None in common with the client is no failure.
  std::vector<std::string> subprotocols = {};

  // Pages of which origins may connect ("https://example.test"): a browser says where a page comes
  // from, and lets pages of everybody connect to everywhere. Empty, or "*" among them: of any.
  // Others are refused (403); clients that say no Origin, which are no browsers, are not.
  std::vector<std::string> origins = {};

  // Pages of this server, by its Host, are welcome, and no others but those of `origins`. To whom
  // it comes over the loopback it is an address or "localhost": any other name may be somebody's
  // who has it lead here for his page's sake.
  bool same_origin = false;
};

// Answers a request for a WebSocket. It lasts until the handler returns, and closes (1001) when the
// server stops. Suspends until the answer has left.
//
// A request that is none, or a wrong one, is refused by http::HTTPError, for the handler to end
// with: 426 for one that asks for no WebSocket, or for another version than 13; 405 for another
// method than GET; 403 for an Origin; 400 for the rest. Throws std::system_error when the client
// has gone.
[[nodiscard]] WebSocket accept(http::Request& request, http::Response& response,
                               const AcceptOptions& options = {});

// Answers a request, calls the function with the WebSocket, and closes it: with 1000 when the
// function returns, and with 1011 and a line in the log when it throws. That the peer has gone, or
// closed, is no error of the function's. Throws as accept().
void serve(http::Request& request, http::Response& response,
           UniqueFunction<void(WebSocket&)>& function, const AcceptOptions& options = {});
template <typename F>
void serve(http::Request& request, http::Response& response, F&& function,
           const AcceptOptions& options = {}) {
  UniqueFunction<void(WebSocket&)> owned(std::forward<F>(function));
  serve(request, response, owned, options);
}

}  // namespace gnet::ws
