// Words of an option that takes several at once: "chat, v2".
//
//   for (const std::string& name : words_of(options.subprotocols)) offer(name);
//
// Threads: functions without state.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace commands {

// What is between commas and blanks.
[[nodiscard]] std::vector<std::string> words_of(std::string_view list);

// Throws UsageError for a word that no header of HTTP could have as a token.
void check_words(std::string_view flag, const std::vector<std::string>& words);

}  // namespace commands
