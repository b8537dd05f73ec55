// Text as it stands in HTML, and links to names.
//
//   std::string out = "<a href=\"";
//   append_relative_link(out, "a:b & \xff");      // a%3Ab%20%26%20%FF
//   out += "\">";
//   append_html(out, "a:b & \xff");               // a:b &amp; �
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

namespace gnet::web::detail {

// For an element and for an attribute in quotes. Bytes that are not UTF-8 become U+FFFD, and so do
// control characters but for line ends and tabs: not even a character reference may be one.
void append_html(std::string& out, std::string_view text);

// A name as a link that leads to it from its folder: whatever bytes it has, it is one segment, and
// no scheme.
void append_relative_link(std::string& out, std::string_view name);

}  // namespace gnet::web::detail
