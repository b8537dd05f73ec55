#include "gnet/ws/handshake.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "gnet/http/base64.h"
#include "gnet/http/field_name.h"
#include "gnet/ws/header_list.h"

namespace gnet::ws {
namespace {

constexpr std::size_t kMostSubprotocols = 32;

using http::detail::Scanner;

std::string base64(const unsigned char* bytes, std::size_t size) {
  return http::base64_encode({reinterpret_cast<const char*>(bytes), size});
}

bool names(const HeaderValue& header, std::string_view token) noexcept {
  return header && has_token(*header, token);
}

HandshakeAnswer refusal(int status, std::string_view reason) {
  return {.status = status, .reason = reason};
}

HandshakeResult failure(std::string_view reason) {
  return {.failure = reason};
}

}  // namespace

// --- the parts -----------------------------------------------------------------------------------

std::string handshake_key() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("cannot open a WebSocket: the system has no randomness to give");
  }
  return base64(bytes.data(), bytes.size());
}

bool is_handshake_key(std::string_view key) noexcept {
  const auto is_digit = [](char c) { return http::detail::is_alnum(c) || c == '+' || c == '/'; };
  return key.size() == 24 && std::all_of(key.begin(), key.begin() + 22, is_digit) &&
         key.ends_with("==");
}

std::string handshake_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("cannot open a WebSocket: OpenSSL has no SHA-1");
  }
  return base64(digest.data(), size);
}

bool has_token(std::string_view header, std::string_view token) noexcept {
  return http::detail::is_in_list(header, token);
}

std::optional<std::vector<std::string_view>> parse_subprotocols(std::string_view header) {
  Scanner scan(header);
  std::vector<std::string_view> list;
  while (detail::next_element(scan)) {
    const std::string_view name = scan.token();
    if (name.empty() || !detail::at_element_end(scan)) return std::nullopt;
    if (std::find(list.begin(), list.end(), name) != list.end()) return std::nullopt;
    if (list.size() == kMostSubprotocols) return std::nullopt;
    list.push_back(name);
  }
  if (list.empty()) return std::nullopt;
  return list;
}

// --- server --------------------------------------------------------------------------------------

HandshakeAnswer answer_handshake(const HandshakeRequest& request, const HandshakeOptions& options) {
  if (!names(request.upgrade, "websocket")) return refusal(426, "this is for WebSockets");
  if (request.method != "GET") return refusal(405, "a WebSocket begins with GET");
  if (!names(request.connection, "upgrade")) return refusal(400, "Connection has to name Upgrade");
  if (!request.version) return refusal(400, "Sec-WebSocket-Version is missing");
  if (*request.version != kVersion) {
    return refusal(426, "a version of WebSocket other than 13");
  }
  if (!request.key) return refusal(400, "Sec-WebSocket-Key is missing");
  if (!is_handshake_key(*request.key)) {
    return refusal(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  }

  HandshakeAnswer answer;
  if (request.subprotocols) {
    const auto wanted = parse_subprotocols(*request.subprotocols);
    if (!wanted) return refusal(400, "Sec-WebSocket-Protocol is malformed");
    for (const std::string& ours : options.subprotocols) {
      if (std::find(wanted->begin(), wanted->end(), ours) == wanted->end()) continue;
      answer.subprotocol = ours;
      break;
    }
  }
  if (request.extensions) {
    const auto offers = parse_extensions(*request.extensions);
    if (!offers) return refusal(400, "Sec-WebSocket-Extensions is malformed");
    if (auto agreed = answer_deflate_offer(*offers, options.deflate)) {
      answer.deflate = agreed->agreement;
      answer.extensions = std::move(agreed->header);
    }
  }
  answer.accept = handshake_accept(*request.key);
  return answer;
}

// --- client --------------------------------------------------------------------------------------

HandshakeResult check_handshake(const HandshakeResponse& response, std::string_view key,
                                const HandshakeOptions& options) {
  if (response.status != 101) return failure("the server refused the WebSocket");
  if (!response.upgrade || !http::equal_ignoring_case(*response.upgrade, "websocket")) {
    return failure("the server upgrades to something else");
  }
  if (!names(response.connection, "upgrade")) {
    return failure("the server's Connection does not name Upgrade");
  }
  if (!response.accept) return failure("the server sent no Sec-WebSocket-Accept");
  if (*response.accept != handshake_accept(key)) {
    return failure("the server's Sec-WebSocket-Accept is not that of the key");
  }

  HandshakeResult result;
  if (response.subprotocol) {
    const auto& offered = options.subprotocols;
    if (std::find(offered.begin(), offered.end(), *response.subprotocol) == offered.end()) {
      return failure("the server chose a subprotocol that was not offered");
    }
    result.subprotocol = *response.subprotocol;
  }
  const auto verdict = accept_deflate_answer(response.extensions, options.deflate);
  if (const auto* reason = std::get_if<std::string_view>(&verdict)) return failure(*reason);
  result.deflate = std::get<std::optional<DeflateAgreement>>(verdict);
  return result;
}

}  // namespace gnet::ws
