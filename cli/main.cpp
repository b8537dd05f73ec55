// The gnet program: all commands in one.

#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/line/secrets.h"
#include "cli/out/output.h"
#include "commands/commands.h"

int main(int argc, char** argv) {
  cli::prepare_standard_streams();
  const std::vector<std::string> given(argv, argv + argc);
  cli::know_arguments(argc, argv);
  cli::set_commands(commands::all());
  cli::set_topics(commands::topics());
  return cli::run(cli::arguments_of(given));
}
