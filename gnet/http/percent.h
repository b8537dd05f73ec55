// Percent-encoding: bytes of a URL as %41, and back (RFC 3986 §2.1, URL Standard §1.3).
//
//   gnet::http::percent_encode("a b/c", gnet::http::EncodeSet::path);     // "a%20b/c"
//   gnet::http::percent_decode("100%25%2");                               // "100%%2"
//   std::string text;
//   if (gnet::http::percent_decode("a%00", text) != gnet::http::PercentFault::none) refuse();
//
// Decoding happens once: what comes out is never decoded again by anything here.
//
// Threads: functions without state.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gnet::http {

// Which bytes are encoded: the percent-encode sets of the URL Standard. Each has the control
// characters, DEL and all that is not ASCII.
enum class EncodeSet : std::uint8_t {
  c0_control,     // nothing else
  fragment,       // space " < > `
  query,          // space " # < >
  special_query,  // and '; the query of an http URL
  path,           // as query, and ? ^ ` { }
  userinfo,       // as path, and / : ; = @ [ \ ] |
  component,      // as userinfo, and $ & + , as encodeURIComponent() has it
  unreserved,     // all but letters, digits, - . _ ~ (RFC 3986 §2.3)
};

[[nodiscard]] std::string percent_encode(std::string_view text, EncodeSet set);
void append_percent_encoded(std::string& out, std::string_view text, EncodeSet set);

// What strict decoding refuses.
enum class PercentFault : std::uint8_t {
  none,
  bad_escape,  // a % without two hexadecimal digits behind it
  nul,         // %00, or a byte 0
};

// Appends text to out, decoded. On a fault what was decoded before it stays in out.
[[nodiscard]] PercentFault percent_decode(std::string_view text, std::string& out);

// Decoded as browsers do: what is no escape stays as it is, and %00 becomes a byte 0.
[[nodiscard]] std::string percent_decode(std::string_view text);

namespace detail {

// 0 to 15; -1 for what is no hexadecimal digit.
[[nodiscard]] int hex_value(char c) noexcept;

}  // namespace detail

}  // namespace gnet::http
