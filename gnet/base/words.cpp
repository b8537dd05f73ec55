#include "gnet/base/words.h"

namespace gnet {

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;  // of a word, which may be empty: ''
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (quote == '\0' && blank) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    if (c == '\\' && quote != '\'') {
      if (i + 1 == text.size()) return std::nullopt;
      const char next = text[i + 1];
      if (quote == '"' && next != '"' && next != '\\') {
        words.back() += c;
      } else {
        words.back() += next;
        ++i;
      }
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote && quote != '\0') {
      quote = '\0';
    } else {
      words.back() += c;
    }
  }
  if (quote != '\0') return std::nullopt;
  return words;
}

}  // namespace gnet
