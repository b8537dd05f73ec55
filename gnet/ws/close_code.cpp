#include "gnet/ws/close_code.h"

#include <stdexcept>

#include "gnet/base/utf8.h"

namespace gnet::ws {

bool may_be_sent(CloseCode code) noexcept {
  return (code >= kNormal && code <= kUnsupported) ||
         (code >= kInvalidData && code <= kBadGateway) || (code >= 3000 && code <= 4999);
}

std::string describe_close(CloseCode code) {
  switch (code) {
    case kNormal:
      return "normal closure";
    case kGoingAway:
      return "going away";
    case kProtocolError:
      return "protocol error";
    case kUnsupported:
      return "unsupported data";
    case kNoCode:
      return "no close code";
    case kAbnormal:
      return "no close frame";
    case kInvalidData:
      return "invalid data";
    case kPolicyViolation:
      return "policy violation";
    case kTooBig:
      return "message too big";
    case kExtensionMissing:
      return "extension missing";
    case kInternalError:
      return "internal error";
    case kServiceRestart:
      return "service restart";
    case kTryAgainLater:
      return "try again later";
    case kBadGateway:
      return "bad gateway";
    default:
      return "close code " + std::to_string(code);
  }
}

std::variant<Close, Failure> parse_close(std::string_view payload) noexcept {
  if (payload.empty()) return Close{};
  if (payload.size() == 1) return Failure{kProtocolError, "a close frame with half a code"};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
  const auto code = static_cast<CloseCode>(byte(0) << 8U | byte(1));
  if (!may_be_sent(code)) return Failure{kProtocolError, "a close code that must not be sent"};
  payload.remove_prefix(2);
  if (!is_utf8(payload)) return Failure{kInvalidData, "a reason for closing that is not UTF-8"};
  return Close{code, payload};
}

std::string close_payload(CloseCode code, std::string_view reason) {
  if (code == kNoCode && reason.empty()) return {};
  if (!may_be_sent(code)) {
    throw std::invalid_argument("no code to close a WebSocket with: " + std::to_string(code));
  }
  if (reason.size() > kMaxCloseReason) {
    throw std::invalid_argument("the reason for closing a WebSocket is longer than 123 bytes");
  }
  if (!is_utf8(reason)) {
    throw std::invalid_argument("the reason for closing a WebSocket is not UTF-8");
  }
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  payload += reason;
  return payload;
}

std::string_view close_reason_of(std::string_view text) noexcept {
  std::size_t size = 0;
  while (const std::size_t length = utf8_length(text.substr(size))) {
    if (size + length > kMaxCloseReason) break;
    size += length;
  }
  return text.substr(0, size);
}

}  // namespace gnet::ws
