#include "gnet/web/page_template.h"

#include <stdexcept>
#include <string>

namespace gnet::web::detail {

PageTemplate::PageTemplate(std::string_view text) {
  constexpr std::string_view kIf = "if ";
  std::string_view condition;
  for (;;) {
    const auto begin = text.find("{{");
    Piece piece{text.substr(0, begin), {}, condition};
    if (begin == text.npos) {
      if (!condition.empty()) throw std::invalid_argument("a page's {{if}} without {{end}}");
      pieces_.push_back(piece);
      return;
    }
    const auto end = text.find("}}", begin);
    if (end == text.npos) throw std::invalid_argument("a page's {{ without }}");
    const std::string_view word = text.substr(begin + 2, end - begin - 2);
    if (word == "end") {
      if (condition.empty()) throw std::invalid_argument("a page's {{end}} without {{if}}");
      condition = {};
    } else if (word.starts_with(kIf)) {
      if (!condition.empty()) throw std::invalid_argument("a page's {{if}} in another");
      condition = word.substr(kIf.size());
    } else {
      piece.slot = word;
    }
    pieces_.push_back(piece);
    text.remove_prefix(end + 2);
  }
}

std::string_view element(std::string_view page, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  const auto begin = page.find(open);
  const auto end = page.find(close, begin);
  if (begin == page.npos || end == page.npos) throw std::invalid_argument("no " + open);
  return page.substr(begin + open.size(), end - begin - open.size());
}

}  // namespace gnet::web::detail
