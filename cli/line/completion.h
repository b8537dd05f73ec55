// Tab completion: what may follow the words typed so far.
//
// The shells load a small script that stays the same for every version
// (completion_script()); it asks the program itself, by the hidden
//
//   gnet __complete SHELL INDEX -- WORDS...
//
// where INDEX is that of the word under the cursor, counted from 0.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/line/command.h"

namespace cli {

struct Candidate {
  std::string word;
  std::string about;  // may be empty
};

struct Completion {
  std::vector<Candidate> candidates;
  Completes files = Completes::nothing;  // file or directory: the shell offers those itself
};

// What may stand where words[index] stands; words[0] is the program.
[[nodiscard]] Completion complete(const Words& words, std::size_t index);

// The same as the script of a shell ("bash", "zsh", "fish") wants to read it.
[[nodiscard]] std::string completion_lines(const Completion& completion, std::string_view shell);

// The script for a shell; empty if there is none.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

// `gnet __complete …`: never fails, prints what it knows.
void answer_shell(const Words& arguments);

}  // namespace cli
