// The fields of a message that is being made or kept: in order, several of a name if need be
// (RFC 9110 §5).
//
//   gnet::http::Headers headers{{"Content-Type", "text/plain"}, {"Vary", "Accept"}};
//   headers.set("content-type", "text/html");       // instead of all of that name
//   headers.add("Set-Cookie", "a=1");               // beside those
//   headers.get("CONTENT-TYPE");                    // "text/html"
//   for (const auto& field : headers) print(field.name, field.value);
//
// Names compare without regard to case, and are sent as they were written. What could become
// another field, or the end of the head, does not get in: an exception names the field.
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnet/http/field_name.h"
#include "gnet/http/field_table.h"

namespace gnet::http {

class Headers {
 public:
  class Iterator;
  using value_type = Field;

  Headers() = default;
  // Throws as add().
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);
  // A copy of what was parsed.
  explicit Headers(const FieldTable& fields);

  // One more, behind all others. Spaces around the value are no part of it. Throws
  // std::invalid_argument for a name that is no token and for control characters in the value, as
  // in "cannot set field 'X-Name': a control character in its value"; nothing has changed then.
  void add(std::string_view name, std::string_view value);

  // This one instead of all of its name, at the place of the first of them. Throws as add().
  void set(std::string_view name, std::string_view value);
  // As these, by a number, which is quicker; `other` is no name.
  void add(FieldName name, std::string_view value);
  void set(FieldName name, std::string_view value);

  // All of these, as they are, instead of all of their names. They come behind the others.
  void put(const Headers& fields);

  // How many there were.
  std::size_t erase(std::string_view name);
  std::size_t erase(FieldName name) noexcept { return erase(name, to_string(name), 0); }
  void clear() noexcept;  // keeps its memory

  // The value of the first of this name. Valid until the next change.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<std::string_view> get(FieldName name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return get(name).has_value(); }
  [[nodiscard]] bool has(FieldName name) const noexcept {
    return (present_ & bit(name)) != 0 && !empty();  // it may have been moved from
  }

  // All values of this name, in their order. Valid until the next change.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;

  // All values of that name, as one list (RFC 9110 §5.3): joined by ", ", cookies by "; ".
  [[nodiscard]] std::string joined(std::string_view name) const;

  // In the order in which they are sent. Valid until the next change.
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  [[nodiscard]] Field operator[](std::size_t i) const noexcept;
  [[nodiscard]] Iterator begin() const noexcept;
  [[nodiscard]] Iterator end() const noexcept;

  // All of them as they are sent, each line with its CRLF. Valid until the next change.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  // The same fields in the same order; the case of names does not matter.
  friend bool operator==(const Headers& a, const Headers& b) noexcept;

 private:
  struct Line {
    std::uint32_t at;  // in text_
    std::uint32_t value_size;
    std::uint16_t name_size;
    FieldName id;

    [[nodiscard]] std::size_t size() const noexcept { return name_size + value_size + 4U; }
  };

  // None for `other`.
  [[nodiscard]] static constexpr std::uint64_t bit(FieldName name) noexcept {
    static_assert(kFieldNames < 64, "a bit for each");
    return (std::uint64_t{1} << static_cast<unsigned>(name)) & ~(std::uint64_t{1} << kFieldNames);
  }

  // The first from `from` on; size() if there is none.
  [[nodiscard]] std::size_t find(FieldName id, std::string_view name,
                                 std::size_t from = 0) const noexcept;
  std::size_t erase(FieldName id, std::string_view name, std::size_t from) noexcept;
  void erase_line(std::size_t i) noexcept;
  [[nodiscard]] bool owns(std::string_view text) const noexcept;
  void add(FieldName id, std::string_view name, std::string_view value);
  void set(FieldName id, std::string_view name, std::string_view value);
  void append(FieldName id, std::string_view name, std::string_view value);

  std::string text_;  // as it is sent, so that sending it is one copy
  std::vector<Line> lines_;
  std::uint64_t present_ = 0;  // a bit for each name that is there
};

class Headers::Iterator {
 public:
  using value_type = Field;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  Iterator(const Headers& headers, std::size_t at) noexcept : headers_(&headers), at_(at) {}

  [[nodiscard]] Field operator*() const noexcept { return (*headers_)[at_]; }
  Iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  Iterator operator++(int) noexcept {
    const Iterator old = *this;
    ++at_;
    return old;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

 private:
  const Headers* headers_ = nullptr;
  std::size_t at_ = 0;
};

inline Headers::Iterator Headers::begin() const noexcept {
  return {*this, 0};
}
inline Headers::Iterator Headers::end() const noexcept {
  return {*this, size()};
}

}  // namespace gnet::http
