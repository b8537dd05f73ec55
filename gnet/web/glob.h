// Patterns for paths: "*.css", "/assets/**", "/img/??.png".
//
//   gnet::web::matches_glob("*.css", "/site/a.css");            // true: a name, wherever it is
//   gnet::web::matches_glob("/assets/*", "/assets/js/a.js");    // false
//   gnet::web::matches_glob("/assets/**", "/assets/js/a.js");   // true
//
// '*' is any number of characters but a slash, '**' slashes as well, '?' one character that is no
// slash; others are themselves. A pattern without a slash is one for the last segment.
//
// Threads: functions without state.

#pragma once

#include <string_view>

namespace gnet::web {

// `path` begins with a slash. Takes no longer than the product of both lengths.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view path);

}  // namespace gnet::web
