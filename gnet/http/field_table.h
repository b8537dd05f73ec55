// The header fields of a message that was parsed: where they lie in its bytes.
//
// Nothing is copied. A field that is known, see FieldName, is found at once, any other by its name.
// Names have no case; the order is that of the message.
//
//   if (const auto type = fields.find(FieldName::content_type)) …
//   for (std::size_t i = 0; i < fields.size(); ++i) print(fields[i].name, fields[i].value);
//
// Threads: a value; const members may be called from any thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gnet/http/field_name.h"

namespace gnet::http {

struct Field {
  FieldName id = FieldName::other;
  std::string_view name = {};  // as it was written
  std::string_view value = {};
};

class FieldTable {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  // Valid for as long as the bytes stay where they are, see moved().
  [[nodiscard]] Field operator[](std::size_t i) const noexcept { return view(lines_[i]); }

  // The value of the first field of this name.
  [[nodiscard]] std::optional<std::string_view> find(FieldName name) const noexcept {
    if (!has(name)) return std::nullopt;
    return view(lines_[first_[static_cast<std::size_t>(name)]]).value;
  }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

  [[nodiscard]] bool has(FieldName name) const noexcept { return (present_ & bit(name)) != 0; }

  // True for a field that is there more than once.
  [[nodiscard]] bool repeats(FieldName name) const noexcept { return (repeated_ & bit(name)) != 0; }

  // All values of that name, as one list (RFC 9110 §5.3): joined by ", ", cookies by "; ".
  [[nodiscard]] std::string joined(FieldName name) const;
  [[nodiscard]] std::string joined(std::string_view name) const;

  // ---- for parsers ----

  [[nodiscard]] const char* base() const noexcept { return base_; }
  // The bytes lie elsewhere now.
  void moved(const char* base) noexcept { base_ = base; }
  [[gnu::always_inline]] void add(FieldName id, std::string_view name, std::string_view value) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    lines_[size_] = {offset(name.data()), offset(value.data()),
                     static_cast<std::uint32_t>(value.size()),
                     static_cast<std::uint16_t>(name.size()), id};
    if (has(id)) [[unlikely]] {
      repeated_ |= bit(id);
    } else {
      first_[static_cast<std::size_t>(id)] = size_;
      present_ |= bit(id);
    }
    ++size_;
  }
  class Appender;
  // More memory, if all is used and there may be more lines: false if not.
  bool make_room(std::size_t most) {
    if (size_ != capacity_ || size_ >= most) return false;
    grow();
    return true;
  }
  void clear() noexcept {  // keeps its memory
    size_ = 0;
    present_ = repeated_ = 0;
  }

 private:
  struct Line {
    std::uint32_t name_at;
    std::uint32_t value_at;
    std::uint32_t value_size;
    std::uint16_t name_size;
    FieldName id;
  };

  [[nodiscard]] Field view(const Line& line) const noexcept {
    return {
        line.id, {base_ + line.name_at, line.name_size}, {base_ + line.value_at, line.value_size}};
  }

  [[nodiscard]] std::uint32_t offset(const char* at) const noexcept {
    return static_cast<std::uint32_t>(at - base_);
  }

  static_assert(kFieldNames < 64, "a bit for each");
  [[nodiscard]] static constexpr std::uint64_t bit(FieldName name) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(name);
  }

  void grow();
  [[nodiscard]] std::span<const Line> lines() const noexcept { return {lines_.data(), size_}; }

  const char* base_ = nullptr;
  std::vector<Line> lines_;  // of which size_ are used
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;  // how many lines_ has
  std::uint64_t present_ = 0;   // a bit for each name that is there
  std::uint64_t repeated_ = 0;  // and for each that is there more than once
  // Which line has a name first, of those that are present.
  std::array<std::uint32_t, kFieldNames + 1> first_{};
};

// Adds many lines, up to `most` in the table and as many as it has memory for, with what it has to
// know of the table in registers.
class FieldTable::Appender {
 public:
  [[gnu::always_inline]] Appender(FieldTable& table, std::size_t most) noexcept
      : table_(table),
        line_(table.lines_.data() + table.size_),
        end_(table.lines_.data() + (table.capacity_ < most ? table.capacity_ : most)),
        size_(table.size_),
        present_(table.present_) {}
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  [[gnu::always_inline]] ~Appender() {
    table_.size_ = size_;
    table_.present_ = present_;
  }

  [[nodiscard]] [[gnu::always_inline]] bool has_room() const noexcept { return line_ != end_; }

  // If it has room. `name_at` and `value_at`: behind the base.
  [[gnu::always_inline]] void add(FieldName id, std::uint32_t name_at, std::uint32_t name_size,
                                  std::uint32_t value_at, std::uint32_t value_size) noexcept {
    *line_ = {name_at, value_at, value_size, static_cast<std::uint16_t>(name_size), id};
    if (((present_ >> static_cast<unsigned>(id)) & 1) != 0) [[unlikely]] {
      table_.repeated_ |= bit(id);
    } else {
      table_.first_[static_cast<std::size_t>(id)] = size_;
      present_ |= bit(id);
    }
    ++size_;
    ++line_;
  }

 private:
  FieldTable& table_;
  Line* line_;             // the next
  const Line* const end_;  // of those that may be written
  std::uint32_t size_;
  std::uint64_t present_;
};

}  // namespace gnet::http
