// The part of a man page that follows from the options, as scdoc source.
//
// The pages in man/ are written by hand around it; a test compares, so that no page
// leaves an option out or says something else about it.

#pragma once

#include <string>

#include "cli/command.h"

namespace cli {

// Synopsis and all option groups of a command.
[[nodiscard]] std::string man_synopsis(const Command& command);
[[nodiscard]] std::string man_options(const Command& command);

}  // namespace cli
