// Cuts a command line into words, as a shell does, and nothing else of what a shell does.
//
//   gnet::split_words("grep -F 'a b' \"it's\" c\\ d");   // grep, -F, a b, it's, c d
//
// Blanks separate words. Within single quotes everything stands for itself; within double quotes a
// backslash takes away the meaning of a double quote and of another backslash; elsewhere of any
// character behind it.
//
// Threads: a function without state.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnet {

// Nothing when a quote is not closed, or a backslash stands last.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view text);

}  // namespace gnet
