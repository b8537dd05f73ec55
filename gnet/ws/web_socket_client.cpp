#include "gnet/ws/web_socket_client.h"

#include <exception>
#include <optional>

#include "gnet/base/error.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/client.h"
#include "gnet/http/client_conversation.h"
#include "gnet/http/status.h"
#include "gnet/ws/handshake.h"

namespace gnet::ws {
namespace {

constexpr std::size_t kRefusal = 64 * 1024;

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

// What the client asks for, with a key of its own.
struct Asked {
  explicit Asked(const ConnectOptions& options) : headers(options.headers) {
    headers.set("Upgrade", "websocket");
    headers.set("Sec-WebSocket-Key", key);
    headers.set("Sec-WebSocket-Version", kVersion);
    if (!options.subprotocols.empty()) {
      headers.set("Sec-WebSocket-Protocol", list_of(options.subprotocols));
    }
    const std::string offer = deflate_offer(options.socket.deflate);
    if (!offer.empty()) headers.set("Sec-WebSocket-Extensions", offer);
  }

  const std::string key = handshake_key();
  http::Headers headers;
};

// A field of the answer: several are one list (RFC 9110 §5.3).
class Answered {
 public:
  Answered(const http::Headers& headers, std::string_view name)
      : is_there_(headers.has(name)), text_(headers.joined(name)) {}
  [[nodiscard]] HeaderValue value() const noexcept {
    return is_there_ ? HeaderValue(text_) : std::nullopt;
  }

 private:
  bool is_there_;
  std::string text_;
};

[[noreturn]] void refuse(const http::URL& url, std::string_view why, int status,
                         const http::Headers& headers, std::string body) {
  std::string text = url.stripped().str() + ": " + std::string(why);
  if (status != 101) {
    text += ": " + std::to_string(status);
    if (const auto phrase = http::reason_phrase(status); !phrase.empty()) {
      text.append(" ").append(phrase);
    }
  }
  throw HandshakeError(text, status, headers, std::move(body));
}

// What the two sides have agreed on.
struct Agreed {
  std::string subprotocol;
  std::optional<DeflateAgreement> deflate;
};

Agreed check(const http::URL& url, const ConnectOptions& options, const std::string& key,
             const http::Headers& headers) {
  const Answered upgrade(headers, "Upgrade");
  const Answered connection(headers, "Connection");
  const Answered accept(headers, "Sec-WebSocket-Accept");
  const Answered subprotocol(headers, "Sec-WebSocket-Protocol");
  const Answered extensions(headers, "Sec-WebSocket-Extensions");
  const HandshakeResult result = check_handshake(
      {.status = 101,
       .upgrade = upgrade.value(),
       .connection = connection.value(),
       .accept = accept.value(),
       .subprotocol = subprotocol.value(),
       .extensions = extensions.value()},
      key, {.subprotocols = options.subprotocols, .deflate = options.socket.deflate});
  if (!result.ok()) refuse(url, result.failure, 101, headers, {});
  return {std::string(result.subprotocol), result.deflate};
}

constexpr std::string_view kRefused = "the server refused the WebSocket";

// The body of a refusal, as far as it comes.
template <typename F>
std::string read_refusal(F&& read_some) {
  std::string body;
  try {
    for (std::string_view piece = read_some(); !piece.empty() && body.size() < kRefusal;
         piece = read_some()) {
      body += piece.substr(0, kRefusal - body.size());
    }
  } catch (const std::runtime_error&) {
    // The status says enough.
  }
  return body;
}

WebSocket made_of(http::UpgradedStream upgraded, const ConnectOptions& options, Agreed agreed) {
  return WebSocket(std::move(upgraded.stream), Role::client, options.socket, agreed.deflate,
                   std::move(agreed.subprotocol), std::move(upgraded.received));
}

}  // namespace

WebSocket connect(const http::URL& url, const ConnectOptions& options) {
  const Asked asked(options);
  http::Client client(options.http);
  http::ClientResponse response =
      client.request({.url = url, .headers = asked.headers, .timeout = options.timeout});
  if (response.status() != 101) {
    std::string body = read_refusal([&] { return response.read_some(); });
    refuse(response.url(), kRefused, response.status(), response.headers(), std::move(body));
  }
  Agreed agreed = check(response.url(), options, asked.key, response.headers());
  return made_of(response.take_stream(), options, std::move(agreed));
}

WebSocket connect_on(AnyStream stream, const http::URL& url, const ConnectOptions& options) {
  const Asked asked(options);
  http::detail::ClientConversation conversation(std::move(stream), options.http);
  const std::string target = url.target();
  const std::string host = url.authority();
  try {
    conversation.ask({.start = {.target = target,
                                .host = host,
                                .connection = "upgrade",
                                .headers = &asked.headers}},
                     Deadline::within(options.timeout));
  } catch (const http::detail::ClientTrouble& trouble) {
    throw http::ClientError(trouble.failure, trouble.code, url.stripped().str(), trouble.what());
  }
  http::Headers headers;
  const http::FieldTable& fields = conversation.head().fields();
  for (std::size_t i = 0; i < fields.size(); ++i) headers.add(fields[i].name, fields[i].value);
  const int status = conversation.head().status();
  if (status != 101) {
    std::string body = read_refusal([&] { return conversation.read_some(); });
    refuse(url, kRefused, status, headers, std::move(body));
  }
  Agreed agreed = check(url, options, asked.key, headers);
  return made_of(conversation.take_stream(), options, std::move(agreed));
}

// ---- again and again ----

namespace {

// A server that says no will say so again.
bool may_be_mended(const HandshakeError& error) {
  const int status = error.status();
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string reason_of(const std::optional<Closed>& closed) {
  if (!closed) return "the connection was lost";
  if (closed->code == kAbnormal && !closed->reason.empty()) return closed->reason;
  std::string text = "closed " + std::to_string(closed->code);
  return closed->reason.empty() ? text : text + ' ' + closed->reason;
}

// One connection, from its begin to its end. Nothing: the function is done; else why it has ended.
std::optional<std::string> hold(WebSocket& socket, UniqueFunction<void(WebSocket&)>& function,
                                const std::string& first_message) {
  try {
    if (!first_message.empty()) socket.send(first_message);
    function(socket);
    if (socket.is_open()) {
      socket.close();
      return std::nullopt;
    }
  } catch (const WebSocketClosed&) {
    if (socket.is_open()) throw;  // it was another one
  }
  socket.close();  // to learn how it has ended
  return reason_of(socket.closed());
}

}  // namespace

void keep_connected(const http::URL& url, UniqueFunction<void(WebSocket&)> function,
                    const ReconnectOptions& options) {
  for (unsigned failed = 0;;) {
    std::string reason;
    std::exception_ptr error;
    try {
      WebSocket socket = connect(url, options.connect);
      const TimePoint since = Clock::now();
      const auto why = hold(socket, function, options.first_message);
      if (!why) return;
      reason = *why;
      const TimeSpan reset = options.delays.reset_after;
      if (Clock::now() >= reset.after(since)) failed = 0;
    } catch (const HandshakeError& refused) {
      if (!may_be_mended(refused)) throw;
      error = std::current_exception();
      reason = refused.what();
    } catch (const http::ClientError& trouble) {
      error = std::current_exception();
      reason = trouble.what();
    }
    const auto delay = options.delays.delay_after(++failed);
    if (!delay) {
      if (error) std::rethrow_exception(error);
      throw WebSocketClosed(reason);
    }
    if (options.announce) options.announce(failed, *delay, reason);
    sleep(*delay);
  }
}

}  // namespace gnet::ws
