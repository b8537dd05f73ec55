// The program as a whole: from the arguments to the exit status.

#pragma once

#include "cli/line/command.h"

namespace cli {

// The arguments of main() without the program's name. One that is called gnet-COMMAND, by a link
// for instance, gets the command as its first argument.
[[nodiscard]] Words arguments_of(const Words& argv);

// Runs the command that the arguments (without the program's name) ask for, prints
// what goes wrong, and returns the exit status.
[[nodiscard]] int run(const Words& arguments);

// The help of one command, or of all, on stdout.
void show_help(const Command* command, bool all, const GlobalOptions& options);

// The version on stdout; with json as one object that says how it was built.
void show_version(bool json);

}  // namespace cli
