#include "commands/word_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/out/failure.h"
#include "gnet/http/scanner.h"

namespace commands {

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    if (end > 0) words.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

void check_words(std::string_view flag, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (gnet::http::detail::is_token(word)) continue;
    throw cli::UsageError(fmt::format("{}: '{}' is no token", flag, word));
  }
}

}  // namespace commands
