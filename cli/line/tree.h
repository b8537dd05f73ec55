// The commands as CLI11 sees them. Only parse.cpp and the test of the tree include this: what
// CLI11 brings along takes longer to compile than any of the files that want a command line.

#pragma once

#include <CLI/CLI.hpp>
#include <map>

#include "cli/line/command.h"

namespace cli {

// The global options at the root, everything else at the subcommands.
struct Tree {
  CLI::App app;
  std::map<const CLI::Option*, const Flag*> flags;
};
void grow(Tree& tree, const Commands& commands);

}  // namespace cli
