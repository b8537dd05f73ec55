#include "gnet/ws/web_socket_server.h"

#include <exception>
#include <optional>
#include <string_view>

#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/fiber/timeout.h"
#include "gnet/http/ascii.h"
#include "gnet/http/http_error.h"
#include "gnet/http/origin.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/ws/conversation.h"
#include "gnet/ws/handshake.h"

namespace gnet::ws {
namespace {

// The fields of one name as one list, which is only put together where there are several.
class JoinedField {
 public:
  JoinedField(const http::Request& request, std::string_view name) : value_(request.header(name)) {
    if (!value_) return;
    text_ = request.headers().joined(name);
    value_ = text_;
  }
  JoinedField(const JoinedField&) = delete;
  JoinedField& operator=(const JoinedField&) = delete;

  [[nodiscard]] HeaderValue value() const noexcept { return value_; }

 private:
  std::string text_;
  HeaderValue value_;
};

[[noreturn]] void refuse(int status, std::string_view reason) {
  http::HTTPError error(status, std::string(reason));
  if (status == 405) error.set("Allow", "GET");
  if (status == 426) {
    error.set("Connection", "Upgrade")
        .set("Upgrade", "websocket")
        .set("Sec-WebSocket-Version", kVersion);
  }
  throw error;
}

void check_origin(const http::Request& request, const AcceptOptions& options) {
  if (options.origins.empty() && !options.same_origin) return;
  if (request.headers().repeats(http::FieldName::origin)) {
    refuse(403, "more than one origin");
  }
  const auto origin = request.header(http::FieldName::origin);
  if (!origin) return;
  if (http::detail::is_listed_origin(*origin, options.origins)) return;
  if (options.same_origin && http::detail::is_own_origin(*origin, request.head().authority()) &&
      !http::detail::is_rebound(request)) {
    return;
  }
  refuse(403, "pages of this origin may not connect");
}

HandshakeAnswer answer(const http::Request& request, const AcceptOptions& options) {
  const JoinedField upgrade(request, "Upgrade");
  const JoinedField connection(request, "Connection");
  const JoinedField version(request, "Sec-WebSocket-Version");
  const JoinedField key(request, "Sec-WebSocket-Key");
  const JoinedField subprotocols(request, "Sec-WebSocket-Protocol");
  const JoinedField extensions(request, "Sec-WebSocket-Extensions");
  const bool may_ask = request.head().minor_version() != 0;  // RFC 9110 §7.8
  HandshakeAnswer answer =
      answer_handshake({.method = request.method(),
                        .upgrade = may_ask ? upgrade.value() : std::nullopt,
                        .connection = connection.value(),
                        .version = version.value(),
                        .key = key.value(),
                        .subprotocols = subprotocols.value(),
                        .extensions = extensions.value()},
                       {.subprotocols = options.subprotocols, .deflate = options.socket.deflate});
  if (answer.status != 101) refuse(answer.status, answer.reason);
  if (request.has_body()) refuse(400, "a request for a WebSocket has no body");
  return answer;
}

// In a frame of its own: of what it needs nothing is on the stack while a WebSocket is idle.
[[gnu::noinline]] CloseCode report(http::Request& request, const std::exception_ptr& error) {
  request.log().error("WebSocket {}: {}", request.target(), describe(error));
  return kInternalError;
}

}  // namespace

WebSocket accept(http::Request& request, http::Response& response, const AcceptOptions& options) {
  const HandshakeAnswer agreed = answer(request, options);
  check_origin(request, options);
  response.set("Sec-WebSocket-Accept", agreed.accept);
  if (!agreed.subprotocol.empty()) response.set("Sec-WebSocket-Protocol", agreed.subprotocol);
  if (!agreed.extensions.empty()) response.set("Sec-WebSocket-Extensions", agreed.extensions);
  WebSocket socket(response.upgrade("websocket"), Role::server, options.socket, agreed.deflate,
                   agreed.subprotocol);
  detail::Conversation& conversation = *socket.conversation_;
  conversation.at_end = [&response] { response.on_drain({}); };
  response.on_drain([&conversation] { conversation.drain(); });
  return socket;
}

void serve(http::Request& request, http::Response& response,
           UniqueFunction<void(WebSocket&)>& function, const AcceptOptions& options) {
  WebSocket socket = accept(request, response, options);
  CloseCode code = kNormal;
  try {
    function(socket);
  } catch (const WebSocketClosed&) {
    if (socket.is_open()) code = report(request, std::current_exception());  // it was another one
  } catch (const Timeout&) {  // of the function: there is none around it
    code = report(request, std::current_exception());
  } catch (const Interrupt&) {
    throw;
  } catch (...) {
    code = report(request, std::current_exception());
  }
  socket.close(code);
}

}  // namespace gnet::ws
