// What reading endpoints does to text: cutting, decoding, telling kinds of characters apart.
//
// Threads: functions without state.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gnet::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
[[nodiscard]] bool all_digits(std::string_view text) noexcept;

// In either case of letters.
[[nodiscard]] bool is_among(std::span<const std::string_view> list, std::string_view name) noexcept;

[[nodiscard]] std::string lowered(std::string_view text);

// Cuts the text in two at the first separator, which goes; the second part is empty without one.
[[nodiscard]] std::pair<std::string_view, std::string_view> split(std::string_view text,
                                                                  char separator) noexcept;

[[nodiscard]] std::string_view without_brackets(std::string_view host) noexcept;

// Takes the suffix off, in either case of letters, unless nothing would be left.
bool drop_suffix(std::string_view& text, std::string_view suffix) noexcept;

// Writes what a URL cannot hold as '%' and two hexadecimal digits, and each of `special` too.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view special = {});
// False for a '%' without two hexadecimal digits behind it.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& result);

}  // namespace gnet::detail
