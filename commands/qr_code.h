// A QR code of a text, to be shown on a terminal or in a page.
//
//   std::fputs(commands::qr_text("http://192.0.2.1:8080/").c_str(), stdout);
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>

namespace commands {

// Lines of half blocks, two rows of the code each, with the quiet zone around it: light on dark, as
// terminals mostly are, by their own colours. Empty for what is too long for a code: some 2,900
// bytes.
[[nodiscard]] std::string qr_text(std::string_view text);

// An element <svg>, drawn in the colour of the text around it; empty for the same.
[[nodiscard]] std::string qr_svg(std::string_view text);

}  // namespace commands
