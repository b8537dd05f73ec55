// gnet version: what was built, and how.

#include "cli/app.h"
#include "cli/line/command.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {};

cli::Exit run(const Options& options) {
  cli::show_version(options.json);
  return cli::Exit::ok;
}

}  // namespace

const cli::Command& version() {
  static const cli::Command made = cli::command<Options>({
      .name = "version",
      .group = "About gnet",
      .summary = "print the version",
      .about = "Print the version and what it was built with.",
      .examples = {"gnet version", "gnet --version", "gnet version --json"},
      .run = run,
  });
  return made;
}

}  // namespace commands
