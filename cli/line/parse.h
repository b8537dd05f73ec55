// The command line, taken apart.
//
// CLI11 does the cutting: options and positionals in any order, -vv, -p0,
// --port=0, "--". What it finds is kept as words in the order in which they stood;
// giving them a meaning is the business of cli/line/settings.h, which knows the
// environment and the configuration files too.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/line/command.h"

namespace cli {

// One option with one value, as it stood on the command line.
struct Occurrence {
  const Flag* flag = nullptr;
  std::string word;
};

struct CommandLine {
  const Command* command = nullptr;  // null: none was named
  std::vector<Occurrence> occurrences;

  // The words that an option was given, in order.
  [[nodiscard]] Words words(std::string_view name) const;
};

// Throws UsageError for an unknown command or option, with the nearest known one,
// and for an option without its value.
[[nodiscard]] CommandLine parse(const Words& arguments);

// True if -h or --help stands among the arguments: then help is wanted even if the
// rest makes no sense.
[[nodiscard]] bool asks_for_help(const Words& arguments);

// The options that are accepted without a command, for GlobalOptions.
[[nodiscard]] const FlagGroup& root_flags();

}  // namespace cli
