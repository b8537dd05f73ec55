// The client's side of a WebSocket: from a URL to the WebSocket (RFC 6455, §4.1).
//
//   auto socket = gnet::ws::connect("wss://example.test/feed");
//   socket.send(R"({"subscribe":"news"})");
//   while (const auto message = socket.receive()) use(message->data);
//
//   gnet::ws::keep_connected("wss://example.test/feed", [](gnet::ws::WebSocket& socket) {
//     while (const auto message = socket.receive()) use(message->data);
//   });                                              // connects again whenever that returns
//
// Threads: a WebSocket belongs to the hub that has connected it.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/base/chrono.h"
#include "gnet/base/duration.h"
#include "gnet/base/function.h"
#include "gnet/base/unique_function.h"
#include "gnet/fiber/retry.h"
#include "gnet/http/client_options.h"
#include "gnet/http/headers.h"
#include "gnet/http/url.h"
#include "gnet/io/any_stream.h"
#include "gnet/ws/web_socket.h"

namespace gnet::ws {

struct ConnectOptions {
  WebSocketOptions socket = {};
  std::vector<std::string> subprotocols = {};   // offered, what is liked best first
  http::Headers headers = {};                   // of the request: Authorization, Origin, Cookie
  TimeSpan timeout = std::chrono::seconds(10);  // from the name to the end of the handshake; 0: any

  // The way there: TLS, proxies, a unix socket instead of the URL's host, redirects, limits.
  http::ClientOptions http = {};
};

// There is no WebSocket: the server has refused it (then status() is not 101), or has accepted it
// wrongly. "ws://a.test/: the server refused the WebSocket: 403 Forbidden".
class HandshakeError : public std::runtime_error {
 public:
  HandshakeError(const std::string& what, int status, http::Headers headers, std::string body)
      : std::runtime_error(what),
        status_(status),
        headers_(std::move(headers)),
        body_(std::move(body)) {}

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const http::Headers& headers() const noexcept { return headers_; }
  // What the server said to it, as far as it came at once: at most 64 KiB.
  [[nodiscard]] const std::string& body() const noexcept { return body_; }

 private:
  int status_;
  http::Headers headers_;
  std::string body_;
};

// Suspends until the server has accepted. `url` is one of ws or wss; http and https mean the same.
// Throws URLError, http::ClientError where nobody answers as a server should, HandshakeError, and
// std::invalid_argument for options and headers that cannot be sent.
[[nodiscard]] WebSocket connect(const http::URL& url, const ConnectOptions& options = {});
[[nodiscard]] inline WebSocket connect(std::string_view url, const ConnectOptions& options = {}) {
  return connect(http::URL(url), options);
}

// The handshake alone, on a stream that is connected already. Redirects are not followed.
[[nodiscard]] WebSocket connect_on(AnyStream stream, const http::URL& url,
                                   const ConnectOptions& options = {});

// ---- again and again ----

struct ReconnectOptions {
  ConnectOptions connect = {};
  RetryPolicy delays = {};
  std::string first_message = {};  // sent on each new connection before anything else, as text

  // Told before each new try: why, and when it will be.
  std::function<void(unsigned attempt, Duration delay, std::string_view reason)> announce = nullptr;
};

// Connects, calls the function, and does that again when the WebSocket has ended under it, whether
// it returns then or throws WebSocketClosed. Returns when the function returns with a WebSocket
// that is open, which it closes. Throws what connect() does when the policy allows no other try,
// and at once what none could mend: a server that says no (4xx but 408, 425 and 429), and mistakes;
// and what else the function throws. Whoever wants to end it kills its fiber.
void keep_connected(const http::URL& url, UniqueFunction<void(WebSocket&)> function,
                    const ReconnectOptions& options = {});
inline void keep_connected(std::string_view url, UniqueFunction<void(WebSocket&)> function,
                           const ReconnectOptions& options = {}) {
  keep_connected(http::URL(url), std::move(function), options);
}

}  // namespace gnet::ws
