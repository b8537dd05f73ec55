// Strings on their way to functions of C, which end at the first NUL byte: one that holds any would
// silently be cut there, and name something else.
//
//   ::open(gnet::c_string(path, "cannot open 'a.log'", "its name"), O_RDONLY);
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

namespace gnet {

// Throws SystemError with std::errc::invalid_argument when there is a NUL byte in `text`. `context`
// says what could not be done, `what` which string it is: "cannot run 'printf': argument 2 holds a
// NUL byte".
void refuse_nul(std::string_view text, std::string_view context, std::string_view what);

// text.c_str(), if it is the whole text.
[[nodiscard]] inline const char* c_string(const std::string& text, std::string_view context,
                                          std::string_view what) {
  if (text.find('\0') != std::string::npos) [[unlikely]]
    refuse_nul(text, context, what);
  return text.c_str();
}

}  // namespace gnet
