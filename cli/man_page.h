// Man pages: what the tables of the program say, put into pages written by hand.
//
// A page in man/ is scdoc source. A line that is just one of these words is
// replaced, so that no page leaves an option out or says something else about it:
//
//   @OPTIONS@   all options of the command that the page is about
//   @GLOBAL@    the options of every command
//   @EXIT@      the table of exit statuses
//   @TOPICS@    the topics of help
//   @ACCESS@    the variables of --access-format

#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace cli {

// The page with its tables; the command is the one that its first line names. Throws UsageError
// for an unknown command or word.
[[nodiscard]] std::string fill_man_page(std::string_view page);

// All option groups of a command as scdoc source.
[[nodiscard]] std::string man_options(const Command& command);

}  // namespace cli
