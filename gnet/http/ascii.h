// Kinds of ASCII characters, whatever the locale.
//
//   std::ranges::all_of(text, gnet::http::detail::is_digit)
//
// Threads: functions without state.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace gnet::http::detail {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_alnum(char c) noexcept {
  return is_alpha(c) || is_digit(c);
}

// What may stand around values: OWS.
constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t';
}

// What no value of a field has in it, but for the tab.
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr bool is_visible(char c) noexcept {
  return c > ' ' && c < 0x7f;
}

constexpr bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Which of all characters `belongs` is true of, for quick answers.
template <typename F>
consteval std::array<bool, 256> set_of(F&& belongs) {
  std::array<bool, 256> set{};
  for (int c = 0; c < 256; ++c) set[static_cast<std::size_t>(c)] = belongs(static_cast<char>(c));
  return set;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

}  // namespace gnet::http::detail
