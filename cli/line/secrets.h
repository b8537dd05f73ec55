// Passwords on the command line, which everybody can read there (ps, /proc/PID/cmdline), until the
// program overwrites them.
//
//   cli::know_arguments(argc, argv);   // first thing in main()
//   cli::hide_secrets(line);           // once it is parsed
//
// Threads: the first one, before there are others.

#pragma once

#include "cli/line/parse.h"

namespace cli {

// Where the arguments lie. Nothing is hidden before this is called.
void know_arguments(int count, char** arguments) noexcept;

// Overwrites the values of options that are secret, and passwords in URLs. The options that had
// one, without those of URLs.
std::vector<const Flag*> hide_secrets(const CommandLine& line);

}  // namespace cli
