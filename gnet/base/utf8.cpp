#include "gnet/base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

#include "gnet/base/utf8_checker.h"
#include "gnet/base/utf8_lead.h"

namespace gnet {

std::size_t utf8_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const detail::Utf8Lead lead = detail::utf8_lead(at(0));
  if (lead.more == 0) return 1;
  if (lead.more == detail::kNoLead || text.size() <= lead.more) return 0;
  if (at(1) < lead.low || at(1) > lead.high) return 0;
  for (std::size_t i = 2; i <= lead.more; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) return 0;
  }
  return lead.more + std::size_t{1};
}

bool is_utf8(std::string_view text) noexcept {
  Utf8Checker checker;
  return checker.feed(text) && checker.complete();
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    // U+0080 to U+009F are control characters, too.
    const bool control =
        byte < 0x20 || byte == 0x7f ||
        (length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (length == 0 || control) {
      length = std::max<std::size_t>(length, 1);
      for (const char c : text.substr(0, length)) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
      }
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

std::string printable(std::string_view text) {
  std::string out;
  append_printable(out, text);
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace gnet
