#include "gnet/http/scanner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "gnet/http/field_name.h"

namespace gnet::http::detail {

constexpr std::array<bool, 256> kInToken = set_of([](char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
});

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

std::string_view trim_spaces(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

bool is_in_list(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, end)), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::optional<std::uint64_t> saturated_number(std::string_view digits) noexcept {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return result.ec == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_token_or_quoted(std::string& out, std::string_view text) {
  if (is_token(text)) {
    out += text;
  } else {
    append_quoted(out, text);
  }
}

void Scanner::skip_space() noexcept {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
}

bool Scanner::eat(char c) noexcept {
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view Scanner::token() noexcept {
  const auto* const end = std::ranges::find_if_not(rest_, is_token_char);
  const std::string_view token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(token.size());
  return token;
}

std::optional<std::string> Scanner::quoted_string() {
  if (!rest_.starts_with('"')) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return out;
    }
    if (rest_[i] == '\\' && ++i == rest_.size()) break;
    // No control characters but the tab.
    if (is_control(rest_[i]) && rest_[i] != '	') break;
    out += rest_[i];
  }
  return std::nullopt;
}

std::optional<std::string> Scanner::token_or_quoted() {
  if (rest_.starts_with('"')) return quoted_string();
  const std::string_view taken = token();
  return taken.empty() ? std::nullopt : std::optional<std::string>(taken);
}

std::string_view Scanner::until(char separator) noexcept {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest_.size(); ++end) {
    if (quoted && rest_[end] == '\\') {
      ++end;
    } else if (rest_[end] == '"') {
      quoted = !quoted;
    } else if (!quoted && rest_[end] == separator) {
      break;
    }
  }
  const std::string_view taken = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return taken;
}

std::optional<Parameter> take_parameter(Scanner& scan) {
  scan.skip_space();
  while (scan.eat(';')) {
    scan.skip_space();
    if (scan.at_end() || scan.rest().front() == ';') continue;  // an empty one
    Scanner ahead = scan;
    std::string name = to_lower(ahead.token());
    if (name.empty() || !ahead.eat('=')) return std::nullopt;
    auto value = ahead.token_or_quoted();
    if (!value) return std::nullopt;
    scan = ahead;
    return Parameter{std::move(name), std::move(*value)};
  }
  return std::nullopt;
}

}  // namespace gnet::http::detail
