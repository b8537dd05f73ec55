// Telling well-formed UTF-8 from other bytes, and text that is safe for terminals and JSON.
//
//   if (!gnet::is_utf8(name)) refuse(gnet::printable(name));   // "caf\xe9"
//
// Threads: functions without state.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gnet {

// How many bytes the first character of text has (1 to 4); 0 if it is not well-formed or the text
// is empty. Overlong forms, surrogates and values above U+10FFFF are not well-formed.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// The text as it may stand on a terminal or in a line of a log: control characters and bytes that
// are not UTF-8 are written as escapes such as \n and \x1b.
void append_printable(std::string& out, std::string_view text);
[[nodiscard]] std::string printable(std::string_view text);

// Appends text to out as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace gnet
