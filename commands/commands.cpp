#include "commands/commands.h"

namespace commands {

cli::KnownCommands all() {
  return {
      {"echo-server", &echo_server},
      {"http-serve", &http_serve},
      {"http-echo", &http_echo},
      {"ws-echo", &ws_echo},
      {"exec-server", &exec_server},
      {"echo-client", &echo_client},
      {"connect", &connect_command},
      {"http", &http},
      {"ws", &ws},
      {"dns", &dns},
      {"bridge", &bridge},
      {"proxy", &proxy},
      {"exec", &exec_program},
      {"load", &load},
      {"ping", &ping},
      {"cert", &cert},
      {"ports", &ports},
      {"wait-for", &wait_for},
      {"run", &run_services},
      {"ctl", &ctl},
      {"completion", &completion},
      {"help", &help},
      {"version", &version},
      {"man", &man},
  };
}

}  // namespace commands
