// What the place where output goes can show: colours, width, a pager.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

enum class ColorWhen { automatic, always, never };

// Whether text for this descriptor gets colours. --color decides first, then
// NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then whether it is a terminal.
[[nodiscard]] bool wants_color(int fd, ColorWhen when);

// Whether the locale's characters are UTF-8.
[[nodiscard]] bool prints_utf8();

// The columns of help: the terminal's, at most 100 and at least 40.
[[nodiscard]] std::size_t help_width();

// Prints to stdout; through a pager if stdout is a terminal that is too small for it.
void print_paged(const std::string& text);

// Marks text for a terminal, or leaves it alone.
struct Style {
  bool color = false;
  [[nodiscard]] std::string heading(std::string_view text) const;
};

}  // namespace cli
