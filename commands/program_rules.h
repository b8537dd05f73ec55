// What is said of a program that is to run, wherever it does: how it ends, as whom it runs, and
// which variables it has.
//
// Threads: functions without state.

#pragma once

#include <string>
#include <vector>

#include "gnet/os/subprocess.h"

namespace commands {

// "stdin,TERM,KILL": signals, and 0 for the end of its input. Throws UsageError.
[[nodiscard]] std::vector<int> ending_steps(const std::string& text);

// Throws UsageError for one that is not NAME=VALUE.
void check_environment(const std::vector<std::string>& given);

// Puts those into the environment; the last of a name counts.
void add_variables(gnet::Environment& environment, const std::vector<std::string>& given);

// Its directory, limits and user. Throws UsageError, and Failure (io) for a directory that is none.
[[nodiscard]] gnet::PopenOptions process_options(const std::string& directory,
                                                 const std::string& limits,
                                                 const std::string& user);

}  // namespace commands
