// Going through the elements of a header that is a list (RFC 9110, §5.6.1). Part of extension.cpp
// and handshake.cpp.
//
//   Scanner scan("a, , b");
//   while (next_element(scan)) names.push_back(scan.token());    // a and b
//
// Threads: functions without state.

#pragma once

#include "gnet/http/scanner.h"

namespace gnet::ws::detail {

// Goes over commas and space to where an element begins. False at the end.
inline bool next_element(http::detail::Scanner& scan) noexcept {
  do {
    scan.skip_space();
  } while (scan.eat(','));
  return !scan.at_end();
}

// True at the end, and before a comma.
[[nodiscard]] inline bool at_element_end(http::detail::Scanner& scan) noexcept {
  scan.skip_space();
  return scan.at_end() || scan.rest().front() == ',';
}

}  // namespace gnet::ws::detail
