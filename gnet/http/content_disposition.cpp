#include "gnet/http/content_disposition.h"

#include <algorithm>

#include "gnet/base/utf8.h"
#include "gnet/http/percent.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

// A quoted-string in which only quotes and backslashes are escaped, with its end in text.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escaped) ++i;
    if (detail::is_control(text[i]) && text[i] != '\t') return std::nullopt;
    out += text[i];
  }
  return std::nullopt;
}

// "UTF-8''Gr%C3%BC%C3%9Fe" (RFC 8187); nothing for what is not UTF-8.
std::optional<std::string> decode_extended(std::string_view text) {
  const auto first = text.find('\'');
  const auto second = first == text.npos ? first : text.find('\'', first + 1);
  if (second == text.npos || detail::to_lower(text.substr(0, first)) != "utf-8") {
    return std::nullopt;
  }
  std::string out;
  const auto fault = percent_decode(text.substr(second + 1), out);
  return fault == PercentFault::none && is_utf8(out) ? std::optional(out) : std::nullopt;
}

std::string_view take_token(std::string_view& text) {
  const auto* const end = std::ranges::find_if_not(text, detail::is_token_char);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

bool eat(std::string_view& text, char c) {
  text = detail::trim(text);
  if (!text.starts_with(c)) return false;
  text = detail::trim(text.substr(1));
  return true;
}

// As browsers write the names in a form.
void append_form_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::optional<ContentDisposition> ContentDisposition::parse(std::string_view text) {
  ContentDisposition disposition;
  text = detail::trim(text);
  disposition.type = detail::to_lower(take_token(text));
  if (disposition.type.empty()) return std::nullopt;
  std::optional<std::string> extended;
  while (eat(text, ';')) {
    if (text.empty() || text.front() == ';') continue;
    const std::string name = detail::to_lower(take_token(text));
    if (name.empty() || !eat(text, '=')) return std::nullopt;
    const bool quoted = text.starts_with('"');
    auto value = quoted ? take_quoted(text) : std::optional<std::string>(take_token(text));
    if (!value || (!quoted && value->empty())) return std::nullopt;
    if (name == "name" && !disposition.name) disposition.name = std::move(value);
    if (name == "filename" && !disposition.file_name) disposition.file_name = std::move(value);
    if (name == "filename*" && !extended) extended = decode_extended(*value);
  }
  if (!text.empty()) return std::nullopt;
  if (extended && disposition.type != "form-data") disposition.file_name = std::move(extended);
  return disposition;
}

std::string attachment(std::string_view file_name) {
  const auto is_plain = [](char c) {
    return !detail::is_control(c) && detail::is_ascii(c) && c != '"' && c != '\\' &&
           c != '%';  // some clients decode it
  };
  std::string out = "attachment; filename=\"";
  for (std::string_view rest = file_name; !rest.empty();) {
    // One "_" a character, not a byte.
    const std::size_t size = std::max<std::size_t>(utf8_length(rest), 1);
    out += is_plain(rest.front()) ? rest.front() : '_';
    rest.remove_prefix(size);
  }
  out += '"';
  if (!std::ranges::all_of(file_name, is_plain)) {
    out += "; filename*=UTF-8''";
    append_percent_encoded(out, file_name, EncodeSet::unreserved);
  }
  return out;
}

std::string form_data(std::string_view name, std::optional<std::string_view> file_name) {
  std::string out = "form-data; name=";
  append_form_quoted(out, name);
  if (file_name) append_form_quoted(out += "; filename=", *file_name);
  return out;
}

std::optional<std::string> safe_file_name(std::string_view text) {
  const auto slash = text.find_last_of("/\\");
  if (slash != text.npos) text.remove_prefix(slash + 1);
  if (text.empty() || text == "." || text == ".." || text.size() > 255 || !is_utf8(text) ||
      std::ranges::any_of(text, detail::is_control)) {
    return std::nullopt;
  }
  return std::string(text);
}

}  // namespace gnet::http
