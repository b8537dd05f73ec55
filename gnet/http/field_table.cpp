#include "gnet/http/field_table.h"

#include <algorithm>

namespace gnet::http {

std::optional<std::string_view> FieldTable::find(std::string_view name) const noexcept {
  const FieldName id = field_name(name);
  if (id != FieldName::other) return find(id);
  for (const Line& line : lines()) {
    const Field field = view(line);
    if (field.id == id && equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::string FieldTable::joined(FieldName name) const {
  return joined(to_string(name));
}

std::string FieldTable::joined(std::string_view name) const {
  const FieldName id = field_name(name);
  const std::string_view separator = id == FieldName::cookie ? "; " : ", ";
  std::string all;
  bool first = true;
  for (const Line& line : lines()) {
    const Field field = view(line);
    if (field.id != id || (id == FieldName::other && !equal_ignoring_case(field.name, name)))
      continue;
    if (!first) all += separator;
    all += field.value;
    first = false;
  }
  return all;
}

void FieldTable::grow() {
  lines_.resize(std::max<std::size_t>(2 * lines_.size(), 16));
  capacity_ = static_cast<std::uint32_t>(lines_.size());
}

}  // namespace gnet::http
