// The log of a command, as -v, -q and the --log options want it.

#pragma once

#include <string>

#include "cli/line/global_options.h"
#include "gnet/base/log_writer.h"

namespace cli {

// Sets level, format and destination. Throws Failure if the log file cannot be
// opened; then all stays as it was. Log lines never make the program wait, and secrets in them are
// masked.
void set_up_log(const GlobalOptions& options);

// What is logged from now on: by everybody, or by one service alone, whatever holds for the others.
void change_log_level(gnet::LogLevel level, const std::string& service = {});

// A writer to this target. Standard error is told when it refuses lines. Throws Failure (io) if it
// cannot be opened.
[[nodiscard]] gnet::LogWriter open_log(const std::string& target, gnet::LogFormat format);

}  // namespace cli
