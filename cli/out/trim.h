// A text without the blanks around it.
//
// Threads: a function without state.

#pragma once

#include <string_view>

namespace cli {

// Blanks are spaces, tabs, and what ends lines.
[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace cli
