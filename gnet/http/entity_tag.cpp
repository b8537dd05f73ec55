#include "gnet/http/entity_tag.h"

#include <algorithm>
#include <stdexcept>

#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

// Whatever is visible but a quote; backslashes escape nothing here.
bool is_tag_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && c != '"' && byte != 0x7f;
}

// Takes a tag from the front of text.
std::optional<EntityTag> take_tag(std::string_view& text) {
  std::string_view rest = text;
  const bool weak = rest.starts_with("W/");
  if (weak) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view opaque = rest.substr(0, rest.find('"'));
  if (opaque.size() == rest.size() || !std::ranges::all_of(opaque, is_tag_char)) {
    return std::nullopt;
  }
  text = rest.substr(opaque.size() + 1);
  return EntityTag(std::string(opaque), weak);
}

template <typename Equal>
bool is_in(const std::optional<EntityTag>& tag, std::string_view list, const Equal& equal) {
  list = detail::trim(list);
  if (list == "*") return tag.has_value();
  while (tag && !list.empty()) {
    if (list.front() != ',') {
      const auto other = take_tag(list);
      if (!other) return false;
      if (equal(*tag, *other)) return true;
      list = detail::trim(list);
      if (!list.starts_with(',')) return false;
    }
    list = detail::trim(list.substr(1));
  }
  return false;
}

}  // namespace

EntityTag::EntityTag(std::string opaque, bool weak) : opaque_(std::move(opaque)), weak_(weak) {
  if (!std::ranges::all_of(opaque_, is_tag_char)) {
    throw std::invalid_argument("an entity tag has a quote, a space or a control character in it");
  }
}

std::optional<EntityTag> EntityTag::parse(std::string_view text) {
  text = detail::trim(text);
  auto tag = take_tag(text);
  return text.empty() ? tag : std::nullopt;
}

std::string EntityTag::str() const {
  return (weak_ ? "W/\"" : "\"") + opaque_ + '"';
}

bool strongly_equal(const EntityTag& a, const EntityTag& b) noexcept {
  return !a.weak() && !b.weak() && a.opaque() == b.opaque();
}

bool weakly_equal(const EntityTag& a, const EntityTag& b) noexcept {
  return a.opaque() == b.opaque();
}

bool is_in_if_match(const std::optional<EntityTag>& tag, std::string_view list) {
  return is_in(tag, list, strongly_equal);
}

bool is_in_if_none_match(const std::optional<EntityTag>& tag, std::string_view list) {
  return is_in(tag, list, weakly_equal);
}

}  // namespace gnet::http
