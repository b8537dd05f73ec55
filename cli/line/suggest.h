// "Did you mean": the known word that a mistyped one is closest to.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// How many letters must be inserted, removed, replaced or swapped with their
// neighbour to get from one word to the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate closest to the word, at most two edits away (one for short words),
// or the only one that starts with it. Empty if there is none.
[[nodiscard]] std::string closest(std::string_view word,
                                  const std::vector<std::string>& candidates);

// The command that somebody has in mind who types this name of another program or
// a habit of one ("nc", "echo"), if this program has it. Empty otherwise.
[[nodiscard]] std::string command_for(std::string_view word,
                                      const std::vector<std::string>& commands);

}  // namespace cli
