// The names of the header fields that this library has to do with.
//
// What a parser finds is known by a number, so that nobody compares names to find it again.
//
//   gnet::http::field_name("content-LENGTH") == gnet::http::FieldName::content_length   // true
//   gnet::http::to_string(gnet::http::FieldName::content_length);                       //
//   "Content-Length"
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnet::http {

enum class FieldName : std::uint8_t {
  accept,
  accept_encoding,
  accept_language,
  accept_ranges,
  authorization,
  cache_control,
  connection,
  content_disposition,
  content_encoding,
  content_language,
  content_length,
  content_location,
  content_range,
  content_type,
  cookie,
  date,
  etag,
  expect,
  expires,
  forwarded,
  host,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  keep_alive,
  last_modified,
  location,
  origin,
  pragma,
  proxy_authenticate,
  proxy_authorization,
  range,
  referer,
  retry_after,
  sec_websocket_accept,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  server,
  set_cookie,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  user_agent,
  vary,
  via,
  www_authenticate,
  x_forwarded_for,
  other,  // any other name
};

inline constexpr std::size_t kFieldNames = static_cast<std::size_t>(FieldName::other);

// Whatever the case of its letters.
[[nodiscard]] FieldName field_name(std::string_view name) noexcept;

// As it is usually written; "" for `other`.
[[nodiscard]] std::string_view to_string(FieldName name) noexcept;

namespace detail {

// As equal_ignoring_case(), and faster. `letters` has no characters from '@' on but letters.
[[nodiscard]] bool equal_to_letters(std::string_view text, std::string_view letters) noexcept;

}  // namespace detail

// Whether two names, or two tokens, are the same but for the case of their letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace gnet::http
