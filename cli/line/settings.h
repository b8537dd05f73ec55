// Which value each option gets, and from where.
//
// The order is: command line, GNET_<COMMAND>_<OPTION>, GNET_<OPTION>, the file of
// --config, the user's configuration file, the system's, the built-in default. The
// first that names an option decides.

#pragma once

#include <string>
#include <vector>

#include "cli/line/parse.h"

namespace cli {

struct Setting {
  const Flag* flag = nullptr;
  std::string word;
  std::string origin{};  // empty: the command line; else "GNET_PORT" or a file's path
  std::size_t line = 0;  // in that file, where it is known
};

// All settings, in the order in which they are to be applied. Throws UsageError
// for a file that cannot be read and for keys that no command has.
[[nodiscard]] std::vector<Setting> resolve(const CommandLine& line);

// Gives the options struct of the command these values. Throws UsageError that
// names the option, the value, the reason, and the origin.
void apply_settings(const std::vector<Setting>& settings, void* options);

// The GNET_… variables of the environment that set nothing, each as a sentence that says so and
// what may be meant.
[[nodiscard]] std::vector<std::string> strange_variables();

// What --explain prints: a line for each option with its value and its origin.
[[nodiscard]] std::string explain(const Command& command, const std::vector<Setting>& settings,
                                  const void* options, bool json);

}  // namespace cli
