#include "gnet/web/html.h"

#include "gnet/base/utf8.h"
#include "gnet/http/percent.h"

namespace gnet::web::detail {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// What a byte of ASCII becomes; nothing if it stays.
std::string_view escape(char c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
    case '\t':
      return {};
    default:
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? kReplacement : std::string_view();
  }
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    if (size == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view escaped = size == 1 ? escape(text.front()) : std::string_view();
    out += escaped.empty() ? text.substr(0, size) : escaped;
    text.remove_prefix(size);
  }
}

void append_relative_link(std::string& out, std::string_view name) {
  http::append_percent_encoded(out, name, http::EncodeSet::unreserved);
}

}  // namespace gnet::web::detail
