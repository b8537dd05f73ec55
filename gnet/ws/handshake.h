// The opening handshake of a WebSocket (RFC 6455, §4): what the two sides' headers have to say.
//
// Functions of header values: whoever has parsed the request or the response calls them. A header
// that is not there is nothing; one that is there several times is joined by ", " (which makes
// those wrong that may be there only once).
//
//   const auto answer = ws::answer_handshake({.upgrade = request.header("Upgrade"), …}, options);
//   if (answer.status != 101) return refuse(answer.status, answer.reason);
//   response.set("Sec-WebSocket-Accept", answer.accept);
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/ws/permessage_deflate.h"

namespace gnet::ws {

// The one version there is: Sec-WebSocket-Version of requests, and of answers with status 426.
inline constexpr std::string_view kVersion = "13";

using HeaderValue = std::optional<std::string_view>;

// --- the parts -----------------------------------------------------------------------------------

// A new Sec-WebSocket-Key: 16 random bytes in base64. Throws std::runtime_error when the system has
// no randomness to give.
[[nodiscard]] std::string handshake_key();

// True for 16 bytes in base64, padded, with nothing around them.
[[nodiscard]] bool is_handshake_key(std::string_view key) noexcept;

// Sec-WebSocket-Accept for a key.
[[nodiscard]] std::string handshake_accept(std::string_view key);

// Whether a comma-separated header names this token, in any case of letters: "keep-alive, Upgrade"
// names upgrade.
[[nodiscard]] bool has_token(std::string_view header, std::string_view token) noexcept;

// The tokens of a Sec-WebSocket-Protocol header. Nothing if it is malformed, names none, one
// twice, or more than 32.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_subprotocols(
    std::string_view header);

// --- server --------------------------------------------------------------------------------------

struct HandshakeRequest {
  std::string_view method = "GET";
  HeaderValue upgrade;       // Upgrade
  HeaderValue connection;    // Connection
  HeaderValue version;       // Sec-WebSocket-Version
  HeaderValue key;           // Sec-WebSocket-Key
  HeaderValue subprotocols;  // Sec-WebSocket-Protocol
  HeaderValue extensions;    // Sec-WebSocket-Extensions
};

struct HandshakeOptions {
  std::vector<std::string> subprotocols = {};  // what the server speaks, what it likes best first
  DeflateOptions deflate = {};
};

struct HandshakeAnswer {
  // 101, or what to refuse the request with: 405 for another method than GET; 426 for one that asks
  // for no WebSocket, and for another version, with the headers `Upgrade: websocket` and
  // `Sec-WebSocket-Version: 13`; 400 for the rest.
  int status = 101;
  std::string_view reason = {};  // of a refusal, for people

  std::string accept = {};                       // Sec-WebSocket-Accept
  std::string subprotocol = {};                  // empty: no such header
  std::string extensions = {};                   // empty: no such header
  std::optional<DeflateAgreement> deflate = {};  // for the Codec
};

// Judges a client's request. Of subprotocols the server's first is taken that the client names;
// none in common is no failure (clients fail then, if they want to). Whether the Origin is welcome
// is for the caller to say.
[[nodiscard]] HandshakeAnswer answer_handshake(const HandshakeRequest& request,
                                               const HandshakeOptions& options = {});

// --- client --------------------------------------------------------------------------------------

struct HandshakeResponse {
  int status = 0;
  HeaderValue upgrade;
  HeaderValue connection;
  HeaderValue accept;       // Sec-WebSocket-Accept
  HeaderValue subprotocol;  // Sec-WebSocket-Protocol
  HeaderValue extensions;   // Sec-WebSocket-Extensions
};

struct HandshakeResult {
  std::string_view failure = {};      // why there is no WebSocket, for people; empty: there is one
  std::string_view subprotocol = {};  // the server's choice, within its header; empty: none
  std::optional<DeflateAgreement> deflate = {};

  [[nodiscard]] bool ok() const noexcept { return failure.empty(); }
};

// Judges a server's response to a request with this key, which offered the options' subprotocols
// and deflate_offer(options.deflate).
[[nodiscard]] HandshakeResult check_handshake(const HandshakeResponse& response,
                                              std::string_view key,
                                              const HandshakeOptions& options = {});

}  // namespace gnet::ws
