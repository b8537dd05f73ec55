// Which fields may come behind a body (RFC 9110 §6.5.1).
//
//   gnet::http::may_be_trailer("Server-Timing");    // true
//   gnet::http::may_be_trailer("Content-Length");   // false
//
// Threads: a function without state.

#pragma once

#include <string_view>

#include "gnet/http/field_name.h"

namespace gnet::http {

// Not so what has to be known before the body is read: where the message ends and where it goes,
// who sends it and under which conditions, what the body is and what the answer is worth.
[[nodiscard]] bool may_be_trailer(std::string_view name) noexcept;
[[nodiscard]] bool may_be_trailer(FieldName name) noexcept;  // true for `other`

}  // namespace gnet::http
