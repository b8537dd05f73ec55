#include "gnet/http/field_name.h"

#include "gnet/http/ascii.h"
#include "gnet/http/known_names.h"

namespace gnet::http {

FieldName field_name(std::string_view name) noexcept {
  return detail::known_name(name);
}

std::string_view to_string(FieldName name) noexcept {
  return name == FieldName::other ? std::string_view()
                                  : detail::kNames[static_cast<std::size_t>(name)];
}

bool detail::equal_to_letters(std::string_view text, std::string_view letters) noexcept {
  return text.size() == letters.size() &&
         detail::same_letters(text.data(), letters.data(), text.size());
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a == b) return true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (detail::lower(a[i]) != detail::lower(b[i])) return false;
  }
  return true;
}

}  // namespace gnet::http
