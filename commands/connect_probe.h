// gnet connect --zero: which of these ports can be connected to.

#pragma once

#include "cli/out/exit_status.h"
#include "commands/connect_options.h"

namespace commands {

// Throws UsageError for what is no list of ports. The status is negative where none is open.
[[nodiscard]] cli::Exit probe(const ConnectOptions& options);

}  // namespace commands
