// The reason phrases of status codes (RFC 9110 §15, and the registry of IANA).
//
//   gnet::http::reason_phrase(404);   // "Not Found"
//
// Threads: functions without state.

#pragma once

#include <string_view>

namespace gnet::http {

// Empty for a code that is not registered.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// No answer of this status ever has a body: 1xx, 204, 304 (RFC 9110 §6.4.1).
[[nodiscard]] constexpr bool is_without_body(int status) noexcept {
  return (status >= 100 && status < 200) || status == 204 || status == 304;
}

}  // namespace gnet::http
