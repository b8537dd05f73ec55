// Reads header values that are lists of tokens (RFC 9110, §5.6). Part of extension.cpp and
// handshake.cpp.
//
//   HeaderReader reader("a, , b");
//   while (reader.next_element()) names.push_back(reader.token());    // a and b
//
// Threads: a value without locks.

#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace gnet::ws::detail {

[[nodiscard]] constexpr bool is_token_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

class HeaderReader {
 public:
  explicit HeaderReader(std::string_view header) noexcept : rest_(header) {}

  // Goes over commas and space to where an element begins. False at the end.
  bool next_element() noexcept {
    while (skip_space(), take(',')) {
    }
    return !rest_.empty();
  }

  // True at the end, and before a comma.
  [[nodiscard]] bool at_element_end() noexcept {
    skip_space();
    return rest_.empty() || rest_.front() == ',';
  }

  // Empty if none begins here.
  [[nodiscard]] std::string_view token() noexcept {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    const std::string_view found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }

  // The next character within quotes; nothing before the quote that ends them, and at the end.
  [[nodiscard]] std::optional<char> quoted() noexcept {
    if (rest_.empty() || rest_.front() == '"') return std::nullopt;
    if (rest_.front() == '\\') rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_space() noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }

 private:
  std::string_view rest_;
};

}  // namespace gnet::ws::detail
