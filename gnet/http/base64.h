// Base64 as HTTP has it (RFC 4648 §4): with padding, without line ends.
//
//   gnet::http::base64_encode("Ada:x");            // "QWRhOng="
//   gnet::http::base64_decode("QWRhOng=");         // "Ada:x"
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gnet::http {

[[nodiscard]] std::string base64_encode(std::string_view bytes);

// Nothing for what is not exactly what base64_encode() gives, padding and unused bits included: two
// texts never mean the same bytes.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace gnet::http
