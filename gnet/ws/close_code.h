// Why a WebSocket is closed, and the payload of the frame that says so (RFC 6455, §5.5.1 and §7.4).
//
//   const std::string payload = ws::close_payload(ws::kGoingAway, "shutting down");
//   const auto close = ws::parse_close(payload);      // close->code == 1001
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace gnet::ws {

// A number, since applications have codes of their own from 3000 to 4999.
using CloseCode = std::uint16_t;

inline constexpr CloseCode kNormal = 1000;
inline constexpr CloseCode kGoingAway = 1001;  // a server stops, a browser leaves the page
inline constexpr CloseCode kProtocolError = 1002;
inline constexpr CloseCode kUnsupported = 1003;  // text where binary is wanted, or the other way
inline constexpr CloseCode kNoCode = 1005;       // never sent: a close frame without a code came
inline constexpr CloseCode kAbnormal = 1006;     // never sent: the connection ended without one
inline constexpr CloseCode kInvalidData = 1007;  // text that is not UTF-8
inline constexpr CloseCode kPolicyViolation = 1008;
inline constexpr CloseCode kTooBig = 1009;
inline constexpr CloseCode kExtensionMissing = 1010;  // a client that insists on an extension
inline constexpr CloseCode kInternalError = 1011;
inline constexpr CloseCode kServiceRestart = 1012;
inline constexpr CloseCode kTryAgainLater = 1013;
inline constexpr CloseCode kBadGateway = 1014;

// The longest reason that a close frame can hold.
inline constexpr std::size_t kMaxCloseReason = 123;

// True for a code that a frame may carry: 1000 to 1003, 1007 to 1014, 3000 to 4999. Not those that
// are reserved (1004), that only tell what did not come (1005, 1006, 1015), or that nobody has
// defined (1016 to 2999).
[[nodiscard]] bool may_be_sent(CloseCode code) noexcept;

// "going away"; "close code 4003" for those that have no name.
[[nodiscard]] std::string describe_close(CloseCode code);

// What went wrong with a peer, as a value: the code that it is told, and why, for people.
struct Failure {
  CloseCode code = kProtocolError;
  std::string_view reason;  // a text of the library, which is always there

  bool operator==(const Failure&) const = default;
};

// What a close frame said.
struct Close {
  CloseCode code = kNoCode;
  std::string_view reason;  // within the payload

  bool operator==(const Close&) const = default;
};

// Reads the payload of a close frame: nothing at all (kNoCode), or a code and a reason in UTF-8. A
// single byte and a code that no frame may carry are kProtocolError, a reason that is not UTF-8 is
// kInvalidData.
[[nodiscard]] std::variant<Close, Failure> parse_close(std::string_view payload) noexcept;

// The payload of a close frame; empty for kNoCode without a reason. Throws std::invalid_argument
// for a code that no frame may carry, and for a reason that is longer than kMaxCloseReason or is
// not UTF-8.
[[nodiscard]] std::string close_payload(CloseCode code, std::string_view reason = {});

// The longest beginning of a text that fits a close frame and is UTF-8: what is fit to be a reason.
[[nodiscard]] std::string_view close_reason_of(std::string_view text) noexcept;

}  // namespace gnet::ws
