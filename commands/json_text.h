// JSON for people: with line ends, indented, and in colours if that is wanted.
//
//   format_json("{\"a\":[1,2]}", false);   // "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n"
//
// Threads: functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace commands {

// Nothing for what is no JSON (RFC 8259), or is nested more than a thousand times. Strings and
// numbers stay as they are written, and so does the order.
[[nodiscard]] std::optional<std::string> format_json(std::string_view text, bool color);

[[nodiscard]] bool is_json(std::string_view text);

}  // namespace commands
