// The log of a command, as -v, -q and the --log options want it.

#pragma once

#include "cli/global_options.h"

namespace cli {

// Sets level, format and destination. Throws Failure if the log file cannot be
// opened; then all stays as it was. Log lines never make the program wait, and secrets in them are
// masked.
void set_up_log(const GlobalOptions& options);

}  // namespace cli
