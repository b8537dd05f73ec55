#include "commands/commands.h"

namespace commands {

cli::Commands all() {
  return {&echo_server, &http_serve, &http_echo, &ws_echo, &echo_client,
          &http,        &completion, &help,      &version, &man};
          &ws,          &completion, &help,      &version, &man};
}

}  // namespace commands
