#include "gnet/http/field_text.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "gnet/base/shorten.h"
#include "gnet/base/utf8.h"
#include "gnet/http/ascii.h"
#include "gnet/http/scanner.h"

namespace gnet::http::detail {
namespace {

bool breaks_line(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

}  // namespace

void check_field(std::string_view name, std::string_view value) {
  const char* fault = nullptr;
  if (!is_token(name)) fault = "no name of a field";
  if (fault == nullptr && breaks_line(value)) fault = "a control character in its value";
  if (fault == nullptr) return;
  throw std::invalid_argument("cannot set field '" + printable(shorten(name)) + "': " + fault);
}

void check_text(std::string_view what, std::string_view text) {
  if (!breaks_line(text)) return;
  throw std::invalid_argument("cannot send this " + std::string(what) +
                              ": it has a control character");
}

}  // namespace gnet::http::detail
