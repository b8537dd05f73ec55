// Every command of gnet. To add one: write its file, name it here, put it into all().

#pragma once

#include "cli/command.h"

namespace commands {

extern const cli::Command echo_server;
extern const cli::Command echo_client;
extern const cli::Command completion;
extern const cli::Command help;
extern const cli::Command version;
extern const cli::Command man;  // hidden: writes a man page's list of options

// In the order in which help lists them.
[[nodiscard]] cli::Commands all();

}  // namespace commands
