// gnet completion: the script that makes a shell complete gnet's command lines.

#include "cli/line/completion.h"

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  std::string shell;
};

cli::Exit run(const Options& options) {
  const std::string_view script = cli::completion_script(options.shell);
  if (script.empty()) {
    throw cli::UsageError("completion needs the name of a shell: bash, zsh or fish",
                          "source <(gnet completion bash)");
  }
  cli::print(script);
  return cli::Exit::ok;
}

}  // namespace

const cli::Command& completion() {
  static const cli::Command made = cli::command<Options>({
      .name = "completion",
      .group = "About gnet",
      .arguments = "bash|zsh|fish",
      .summary = "print the completion script of a shell",
      .about = "Print the script that makes a shell complete gnet's commands, options and values.",
      .examples = {"source <(gnet completion bash)     # in ~/.bashrc",
                   "source <(gnet completion zsh)      # in ~/.zshrc, after compinit",
                   "gnet completion fish > ~/.config/fish/completions/gnet.fish"},
      .flags = {{"",
                 "SHELL",
                 &Options::shell,
                 "bash, zsh or fish",
                 {.choices = {"bash", "zsh", "fish"},
                  .positional = "SHELL",
                  .command_line_only = true}}},
      .run = run,
  });
  return made;
}

}  // namespace commands
