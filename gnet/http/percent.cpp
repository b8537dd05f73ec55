#include "gnet/http/percent.h"

#include <array>

#include "gnet/http/ascii.h"

namespace gnet::http {
namespace {

// For each byte the sets that encode it, a bit a set.
using Sets = std::array<std::uint8_t, 256>;

constexpr std::uint8_t bit(EncodeSet set) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(set));
}

constexpr bool is_unreserved(unsigned c) {
  return c < 0x80 &&
         (detail::is_alnum(static_cast<char>(c)) || c == '-' || c == '.' || c == '_' || c == '~');
}

constexpr Sets make_sets() {
  Sets sets{};
  const auto add = [&sets](std::string_view bytes, std::uint8_t bits) {
    for (const char c : bytes) sets[static_cast<unsigned char>(c)] |= bits;
  };
  for (unsigned c = 0; c < 256; ++c) {
    if (c <= 0x1f || c >= 0x7f) sets[c] = 0xff;
    if (!is_unreserved(c)) sets[c] |= bit(EncodeSet::unreserved);
  }
  constexpr std::uint8_t kComponent = bit(EncodeSet::component);
  constexpr std::uint8_t kUserinfo = bit(EncodeSet::userinfo) | kComponent;
  constexpr std::uint8_t kPath = bit(EncodeSet::path) | kUserinfo;
  constexpr std::uint8_t kQuery = bit(EncodeSet::query) | bit(EncodeSet::special_query) | kPath;
  add(" \"#<>", kQuery);
  add("?^`{}", kPath);
  add("/:;=@[\\]|", kUserinfo);
  add("$&+,", kComponent);
  add("'", bit(EncodeSet::special_query));
  add(" \"<>`", bit(EncodeSet::fragment));
  return sets;
}

constexpr Sets kSets = make_sets();

// The byte of the escape at the front of text; -1 if there is none.
int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = detail::hex_value(text[1]);
  const int low = detail::hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

int detail::hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_percent_encoded(std::string& out, std::string_view text, EncodeSet set) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((kSets[byte] & bit(set)) == 0) {
      out += c;
    } else {
      ((out += '%') += kDigits[byte >> 4U]) += kDigits[byte & 15U];
    }
  }
}

std::string percent_encode(std::string_view text, EncodeSet set) {
  std::string out;
  append_percent_encoded(out, text, set);
  return out;
}

PercentFault percent_decode(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const int escaped = escaped_byte(text);
    if (escaped < 0 && text.front() == '%') return PercentFault::bad_escape;
    const char c = escaped < 0 ? text.front() : static_cast<char>(escaped);
    if (c == '\0') return PercentFault::nul;
    out += c;
    text.remove_prefix(escaped < 0 ? 1 : 3);
  }
  return PercentFault::none;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const int escaped = escaped_byte(text);
    out += escaped < 0 ? text.front() : static_cast<char>(escaped);
    text.remove_prefix(escaped < 0 ? 1 : 3);
  }
  return out;
}

}  // namespace gnet::http
