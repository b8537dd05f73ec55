// Every command of gnet. To add one: write its file, name it here, put it into all().

#pragma once

#include "cli/line/command.h"
#include "cli/line/topics.h"

namespace commands {

extern const cli::Command echo_server;
extern const cli::Command http_serve;
extern const cli::Command http_echo;
extern const cli::Command bridge;
extern const cli::Command echo_client;
extern const cli::Command connect_command;
extern const cli::Command ws_echo;
extern const cli::Command exec_server;
extern const cli::Command http;
extern const cli::Command ws;
extern const cli::Command ctl;
extern const cli::Command proxy;
extern const cli::Command exec_program;  // hidden: a service of gnet run
extern const cli::Command wait_for;
extern const cli::Command ports;
extern const cli::Command run_services;  // gnet run
extern const cli::Command completion;
extern const cli::Command help;
extern const cli::Command version;
extern const cli::Command man;  // hidden: writes a man page's list of options

// In the order in which help lists them.
[[nodiscard]] cli::Commands all();

// What `gnet help topics` lists.
[[nodiscard]] cli::Topics topics();

}  // namespace commands
