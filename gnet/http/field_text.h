// What may be sent as a part of a message: nothing that could be read as more than it is meant to
// be.
//
// Parsers look for the same characters: what they would not take is not sent.
//
// Threads: functions without state.

#pragma once

#include <string_view>

namespace gnet::http::detail {

// Throws std::invalid_argument: "cannot set field 'X-Name': a control character in its value".
void check_field(std::string_view name, std::string_view value);
void check_value(std::string_view name, std::string_view value);  // of a name that is right

// Throws std::invalid_argument: "cannot send this reason phrase: it has a control character".
// `what` is the part.
void check_text(std::string_view what, std::string_view text);

}  // namespace gnet::http::detail
