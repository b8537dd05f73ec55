// Man pages: what the tables of the program say, put into pages written by hand.
//
// A page in man/ is scdoc source. A line that is just one of these words is
// replaced, so that no page leaves an option out or says something else about it:
//
//   @OPTIONS@   all options of the command that the page is about
//   @GLOBAL@    the options of every command
//   @EXIT@      the table of exit statuses
//   @TOPICS@    the topics of help
//
// or one that the caller adds.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/line/command.h"

namespace cli {

// A word of the caller's, and the list that takes its place.
struct ManList {
  struct Term {
    std::string term;
    std::string summary;  // lower case, no full stop
  };
  std::string word;  // "@ACCESS@"
  std::vector<Term> terms;
};

// The page with its tables; the command is the one that its first line names. Throws UsageError
// for an unknown command or word.
[[nodiscard]] std::string fill_man_page(std::string_view page,
                                        const std::vector<ManList>& lists = {});

// All option groups of a command as scdoc source.
[[nodiscard]] std::string man_options(const Command& command);

}  // namespace cli
