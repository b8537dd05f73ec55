#include "commands/commands.h"

namespace commands {

cli::Commands all() {
  return {&echo_server, &http_serve,      &http_echo, &ws_echo,  &exec_server,
          &echo_client, &connect_command, &http,      &ws,       &bridge,
          &proxy,       &exec_program,    &ports,     &wait_for, &run_services,
          &ctl,         &completion,      &help,      &version,  &man};
}

}  // namespace commands
