// Reading the value of a header field, piece by piece (RFC 9110 §5.6).
//
//   Scanner scan("text/html; charset=\"utf-8\"");
//   scan.token();                          // "text"
//   scan.eat('/');                         // true
//
// Threads: a value.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gnet/http/ascii.h"

namespace gnet::http::detail {

// A character of a token: letters, digits and !#$%&'*+-.^_`|~.
extern const std::array<bool, 256> kInToken;
[[nodiscard]] inline bool is_token_char(char c) noexcept {
  return kInToken[static_cast<unsigned char>(c)];
}
// At least one character, and nothing else.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

// Of spaces and tabs, of which there are seldom any.
[[nodiscard]] std::string_view trim_spaces(std::string_view text) noexcept;
[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
  if (text.empty() || is_space(text.front()) || is_space(text.back())) return trim_spaces(text);
  return text;
}

// Whether a list of tokens, with commas between them, has this one, in any case of letters.
[[nodiscard]] bool is_in_list(std::string_view list, std::string_view token) noexcept;

// Digits and nothing else; a value that does not fit is the largest. Nothing for other text.
[[nodiscard]] std::optional<std::uint64_t> saturated_number(std::string_view digits) noexcept;

// text as a quoted-string, or as it is if it is a token.
void append_token_or_quoted(std::string& out, std::string_view text);
void append_quoted(std::string& out, std::string_view text);

class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  void skip_space() noexcept;  // and tabs

  // Takes this character, if it is the next.
  bool eat(char c) noexcept;

  // Takes what is left of a token; empty if there is none.
  std::string_view token() noexcept;

  // Takes a quoted-string and gives what it says. Nothing, with nothing taken, for what is none.
  std::optional<std::string> quoted_string();

  // Either of them.
  std::optional<std::string> token_or_quoted();

  // Takes what is before the next `separator` that is in no quoted-string, and the separator.
  std::string_view until(char separator) noexcept;

 private:
  std::string_view rest_;
};

// Takes the next parameter, as in `; name=value`, with the semicolon before it, and empty ones
// before that. Nothing if there is none. A malformed one is not taken: then the scanner is not at
// its end.
struct Parameter {
  std::string name;  // in lower case
  std::string value;
};
[[nodiscard]] std::optional<Parameter> take_parameter(Scanner& scan);

}  // namespace gnet::http::detail
