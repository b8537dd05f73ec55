// Long text cut for a log line.
//
//   gnet::shorten("a very very very very long sentence", 20);    // "a very very ..(23).."
//
// Threads: a function without state.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gnet {

// The text itself if it is no longer than width bytes; otherwise its beginning and how many bytes
// were cut, together never longer than width. A UTF-8 character is never cut in two. A width too
// small for the marker gets the beginning alone.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width = 80);

}  // namespace gnet
