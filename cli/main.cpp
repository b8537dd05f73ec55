// The gnet program: all commands in one.

#include "cli/app.h"
#include "cli/out/output.h"
#include "commands/commands.h"

int main(int argc, char** argv) {
  cli::prepare_standard_streams();
  cli::set_commands(commands::all());
  cli::set_topics(commands::topics());
  return cli::run(cli::arguments_of({argv, argv + argc}));
}
