// The values of a form, as a query or a body has them: "name=Ada+L.&city=K%C3%B6ln" (URL Standard
// §5, application/x-www-form-urlencoded).
//
//   for (gnet::http::FormReader form(body); form.next();) use(form.name(), form.value());
//   gnet::http::form_value(url.query().value_or(""), "page");         // "2"
//
//   std::string body;
//   gnet::http::append_form_field(body, "name", "Ada L.");            // "name=Ada+L."
//
// Threads: values, and functions without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gnet::http {

// Goes through the fields in their order. Nothing is malformed: a field without "=" has an empty
// value, and a % without two digits stays as it is. The text has to live on.
class FormReader {
 public:
  explicit FormReader(std::string_view text) noexcept : rest_(text) {}

  // The next field is in name() and value() then; false: there is none.
  bool next();

  // Decoded, once. They may have any bytes in them.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& value() const noexcept { return value_; }

 private:
  std::string_view rest_;
  std::string name_;
  std::string value_;
};

// The first field of this name.
[[nodiscard]] std::optional<std::string> form_value(std::string_view text, std::string_view name);

// Adds a field, after an "&" where there are others.
void append_form_field(std::string& text, std::string_view name, std::string_view value);

}  // namespace gnet::http
