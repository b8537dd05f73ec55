#include "gnet/http/headers.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <stdexcept>

#include "gnet/http/field_text.h"
#include "gnet/http/scanner.h"

namespace gnet::http {
namespace {

constexpr std::size_t kLargestText = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kLongestName = std::numeric_limits<std::uint16_t>::max();

// The value without spaces around it. Throws for what cannot be in a field.
std::string_view checked(FieldName id, std::string_view name, std::string_view value) {
  value = detail::trim(value);
  if (id == FieldName::other) {
    detail::check_field(name, value);
  } else {
    detail::check_value(name, value);
  }
  return value;
}

}  // namespace

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

Headers::Headers(const FieldTable& fields) {
  lines_.reserve(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    append(fields[i].id, fields[i].name, fields[i].value);
  }
}

Field Headers::operator[](std::size_t i) const noexcept {
  const Line& line = lines_[i];
  const std::string_view text(text_);
  return {line.id, text.substr(line.at, line.name_size),
          text.substr(line.at + line.name_size + 2U, line.value_size)};
}

void Headers::add(std::string_view name, std::string_view value) {
  if (owns(name) || owns(value)) return add(std::string(name), std::string(value));
  add(field_name(name), name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  if (owns(name) || owns(value)) return set(std::string(name), std::string(value));
  set(field_name(name), name, value);
}

void Headers::add(FieldName name, std::string_view value) {
  if (owns(value)) return add(name, std::string(value));
  add(name, to_string(name), value);
}

void Headers::set(FieldName name, std::string_view value) {
  if (owns(value)) return set(name, std::string(value));
  if (has(name)) return set(name, to_string(name), value);
  add(name, to_string(name), value);
}

void Headers::add(FieldName id, std::string_view name, std::string_view value) {
  append(id, name, checked(id, name, value));
}

void Headers::append(FieldName id, std::string_view name, std::string_view value) {
  const std::size_t at = text_.size();
  const std::size_t size = name.size() + value.size() + 4;
  if (name.size() > kLongestName || size > kLargestText - at) {
    throw std::length_error("too many bytes of header fields");
  }
  if (text_.capacity() - at < size) text_.reserve(std::max(at + size, 2 * text_.capacity()));
  lines_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(value.size()),
                    static_cast<std::uint16_t>(name.size()), id});
  present_ |= bit(id);
  std::array<char, 128> line;  // in which it is put together, if it is short: quicker than in text_
  if (size > line.size()) {
    text_.append(name).append(": ").append(value).append("\r\n");
    return;
  }
  char* end = std::copy(name.begin(), name.end(), line.data());
  *end++ = ':';
  *end++ = ' ';
  end = std::copy(value.begin(), value.end(), end);
  *end++ = '\r';
  *end = '\n';
  text_.append(line.data(), size);
}

void Headers::set(FieldName id, std::string_view name, std::string_view value) {
  const std::size_t i = id == FieldName::other || has(id) ? find(id, name) : size();
  if (i == size()) return add(id, name, value);
  value = checked(id, name, value);
  Line& line = lines_[i];
  if (value.size() > kLargestText - text_.size()) {
    throw std::length_error("too many bytes of header fields");
  }
  text_.replace(line.at + line.name_size + 2U, line.value_size, value);
  // The name has the same size, and is written as it is now.
  text_.replace(line.at, line.name_size, name);
  const auto grown = static_cast<std::uint32_t>(value.size()) - line.value_size;
  line.value_size += grown;
  for (std::size_t k = i + 1; k < size(); ++k) lines_[k].at += grown;  // modulo 2^32
  erase(id, name, i + 1);
  present_ |= bit(id);
}

void Headers::put(const Headers& fields) {
  if (&fields == this) return;
  for (std::size_t i = 0; i < size();) {
    const Field field = (*this)[i];
    if (fields.find(field.id, field.name) == fields.size()) {
      ++i;
    } else {
      erase_line(i);
    }
  }
  const std::size_t before = text_.size();
  if (fields.text_.size() > kLargestText - before) {
    throw std::length_error("too many bytes of header fields");
  }
  lines_.reserve(lines_.size() + fields.lines_.size());
  text_ += fields.text_;
  for (Line line : fields.lines_) {
    line.at += static_cast<std::uint32_t>(before);
    lines_.push_back(line);
  }
  present_ |= fields.present_;
}

std::size_t Headers::erase(std::string_view name) {
  if (owns(name)) return erase(std::string(name));
  return erase(field_name(name), name, 0);
}

std::size_t Headers::erase(FieldName id, std::string_view name, std::size_t from) noexcept {
  const std::size_t before = size();
  while ((from = find(id, name, from)) != size()) erase_line(from);
  present_ &= ~bit(id);  // unless one before `from` is left, of which the caller knows
  return before - size();
}

void Headers::erase_line(std::size_t i) noexcept {
  const auto gone = static_cast<std::uint32_t>(lines_[i].size());
  text_.erase(lines_[i].at, gone);
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
  for (std::size_t k = i; k < size(); ++k) lines_[k].at -= gone;
}

void Headers::clear() noexcept {
  text_.clear();
  lines_.clear();
  present_ = 0;
}

std::size_t Headers::find(FieldName id, std::string_view name, std::size_t from) const noexcept {
  for (std::size_t i = from; i < size(); ++i) {
    if (lines_[i].id != id || lines_[i].name_size != name.size()) continue;
    if (id != FieldName::other || equal_ignoring_case((*this)[i].name, name)) return i;
  }
  return size();
}

bool Headers::owns(std::string_view text) const noexcept {
  const std::less_equal<> before;
  return before(text_.data(), text.data()) && before(text.data(), text_.data() + text_.size());
}

std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
  const std::size_t i = find(field_name(name), name);
  return i == size() ? std::nullopt : std::optional((*this)[i].value);
}

std::optional<std::string_view> Headers::get(FieldName name) const noexcept {
  if (!has(name)) return std::nullopt;
  const auto line = std::ranges::find(lines_, name, &Line::id);
  if (line == lines_.end()) return std::nullopt;
  return (*this)[static_cast<std::size_t>(line - lines_.begin())].value;
}

std::vector<std::string_view> Headers::get_all(std::string_view name) const {
  const FieldName id = field_name(name);
  std::vector<std::string_view> all;
  for (std::size_t i = find(id, name); i != size(); i = find(id, name, i + 1)) {
    all.push_back((*this)[i].value);
  }
  return all;
}

std::string Headers::joined(std::string_view name) const {
  const FieldName id = field_name(name);
  std::string all;
  bool first = true;
  for (const std::string_view value : get_all(name)) {
    if (!first) all += id == FieldName::cookie ? "; " : ", ";
    all += value;
    first = false;
  }
  return all;
}

bool operator==(const Headers& a, const Headers& b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal_ignoring_case(a[i].name, b[i].name) || a[i].value != b[i].value) return false;
  }
  return true;
}

}  // namespace gnet::http
