// Every command of gnet. To add one: write its file, name it here, put it into all().

#pragma once

#include "cli/line/command.h"
#include "cli/line/topics.h"

namespace commands {

[[nodiscard]] const cli::Command& echo_server();
[[nodiscard]] const cli::Command& http_serve();
[[nodiscard]] const cli::Command& http_echo();
[[nodiscard]] const cli::Command& bridge();
[[nodiscard]] const cli::Command& echo_client();
[[nodiscard]] const cli::Command& connect_command();
[[nodiscard]] const cli::Command& ws_echo();
[[nodiscard]] const cli::Command& exec_server();
[[nodiscard]] const cli::Command& http();
[[nodiscard]] const cli::Command& ws();
[[nodiscard]] const cli::Command& dns();
[[nodiscard]] const cli::Command& ctl();
[[nodiscard]] const cli::Command& proxy();
[[nodiscard]] const cli::Command& load();
[[nodiscard]] const cli::Command& exec_program();  // hidden: a service of gnet run
[[nodiscard]] const cli::Command& wait_for();
[[nodiscard]] const cli::Command& cert();
[[nodiscard]] const cli::Command& ping();
[[nodiscard]] const cli::Command& ports();
[[nodiscard]] const cli::Command& run_services();  // gnet run
[[nodiscard]] const cli::Command& completion();
[[nodiscard]] const cli::Command& help();
[[nodiscard]] const cli::Command& version();
[[nodiscard]] const cli::Command& man();  // hidden: writes a man page's list of options

// In the order in which help lists them.
[[nodiscard]] cli::KnownCommands all();

// What `gnet help topics` lists.
[[nodiscard]] cli::Topics topics();

}  // namespace commands
