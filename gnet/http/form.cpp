#include "gnet/http/form.h"

#include <algorithm>

#include "gnet/http/percent.h"

namespace gnet::http {
namespace {

std::string decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    // Of what is unreserved elsewhere ~ is encoded here, and of the rest * is not.
    if (c == ' ') {
      out += '+';
    } else if (c == '*') {
      out += c;
    } else if (c == '~') {
      out += "%7E";
    } else {
      append_percent_encoded(out, {&c, 1}, EncodeSet::unreserved);
    }
  }
}

}  // namespace

bool FormReader::next() {
  while (!rest_.empty()) {
    const std::string_view field = rest_.substr(0, rest_.find('&'));
    rest_.remove_prefix(std::min(field.size() + 1, rest_.size()));
    if (field.empty()) continue;
    const auto equals = std::min(field.find('='), field.size());
    name_ = decoded(field.substr(0, equals));
    value_ = decoded(field.substr(std::min(equals + 1, field.size())));
    return true;
  }
  return false;
}

std::optional<std::string> form_value(std::string_view text, std::string_view name) {
  for (FormReader form(text); form.next();) {
    if (form.name() == name) return form.value();
  }
  return std::nullopt;
}

void append_form_field(std::string& text, std::string_view name, std::string_view value) {
  if (!text.empty()) text += '&';
  append_encoded(text, name);
  text += '=';
  append_encoded(text, value);
}

}  // namespace gnet::http
