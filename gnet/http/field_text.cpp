#include "gnet/http/field_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/scanner.h"

namespace gnet::http::detail {
namespace {

bool breaks_line(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

// Whether any of eight bytes may be a control character. Wrongly true of a tab, and of what a
// borrow makes of the byte behind one.
[[gnu::always_inline]] inline bool may_break_line(const char* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t not_delete = word ^ (0x7f * kOnes);
  const std::uint64_t low = (word - 0x20 * kOnes) & ~word;
  return ((low | ((not_delete - kOnes) & ~not_delete)) & kHigh) != 0;
}

[[gnu::always_inline]] inline bool may_break_line(std::string_view text) noexcept {
  if (text.size() < 8) return breaks_line(text);
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) {
    if (may_break_line(at)) return true;
  }
  return may_break_line(last);  // of which some may have been seen before
}

[[noreturn]] void reject_field(std::string_view name, const char* fault) {
  throw std::invalid_argument("cannot set field '" + printable(shorten(name)) + "': " + fault);
}

bool has_line_break(std::string_view text) noexcept {
  return may_break_line(text) && breaks_line(text);
}

}  // namespace

void check_field(std::string_view name, std::string_view value) {
  if (!is_token(name)) reject_field(name, "no name of a field");
  check_value(name, value);
}

void check_value(std::string_view name, std::string_view value) {
  if (has_line_break(value)) reject_field(name, "a control character in its value");
}

void check_text(std::string_view what, std::string_view text) {
  if (!has_line_break(text)) return;
  throw std::invalid_argument("cannot send this " + std::string(what) +
                              ": it has a control character");
}

}  // namespace gnet::http::detail
