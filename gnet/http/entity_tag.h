// An entity tag: the name of one version of a resource, "\"v1\"" or "W/\"v1\"" (RFC 9110 §8.8.3).
//
//   const auto tag = gnet::http::EntityTag::parse("W/\"v1\"");
//   tag->weak();                                              // true
//   weakly_equal(*tag, gnet::http::EntityTag("v1"));          // true
//   strongly_equal(*tag, gnet::http::EntityTag("v1"));        // false
//
// Threads: a value, and functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gnet::http {

class EntityTag {
 public:
  // What is between the quotes. Throws std::invalid_argument for a character that cannot be there:
  // a quote, a space, a control character.
  explicit EntityTag(std::string opaque, bool weak = false);

  // Nothing for what is none.
  [[nodiscard]] static std::optional<EntityTag> parse(std::string_view text);

  [[nodiscard]] const std::string& opaque() const noexcept { return opaque_; }
  [[nodiscard]] bool weak() const noexcept { return weak_; }

  // As a field has it.
  [[nodiscard]] std::string str() const;

  friend bool operator==(const EntityTag&, const EntityTag&) = default;

 private:
  std::string opaque_;
  bool weak_ = false;
};

// Byte for byte the same: neither is weak. What ranges and writing need.
[[nodiscard]] bool strongly_equal(const EntityTag& a, const EntityTag& b) noexcept;
// The same in meaning. What caches need.
[[nodiscard]] bool weakly_equal(const EntityTag& a, const EntityTag& b) noexcept;

// Whether `tag` (nothing: the resource does not exist) is in the value of an If-Match field, and,
// weakly, in that of an If-None-Match. "*" is any. A malformed list has what comes before its
// fault.
[[nodiscard]] bool is_in_if_match(const std::optional<EntityTag>& tag, std::string_view list);
[[nodiscard]] bool is_in_if_none_match(const std::optional<EntityTag>& tag, std::string_view list);

}  // namespace gnet::http
