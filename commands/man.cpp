// gnet man (hidden): what the option table says, as a piece of scdoc source.
//
// Whoever changes an option pastes this into man/gnet-COMMAND.1.scd.

#include "cli/man_page.h"

#include "cli/command.h"
#include "cli/failure.h"
#include "cli/output.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  std::string subject;
};

cli::Exit run(const Options& options) {
  const cli::Command* command = cli::find_command(options.subject);
  if (command == nullptr) throw cli::UsageError("man needs the name of a command");
  cli::print("# SYNOPSIS\n\n" + cli::man_synopsis(*command) + "\n# OPTIONS\n\n" +
             cli::man_options(*command));
  return cli::Exit::ok;
}

}  // namespace

const cli::Command man = cli::command<Options>({
    .name = "man",
    .arguments = "COMMAND",
    .summary = "print the options of a command as scdoc source",
    .about = "Print the options of a command as scdoc source.",
    .flags = {{"",
               "COMMAND",
               &Options::subject,
               "a command",
               {.positional = "COMMAND",
                .completes = cli::Completes::command,
                .command_line_only = true}}},
    .run = run,
});

}  // namespace commands
