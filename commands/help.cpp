// gnet help: about gnet, a command, or a topic.

#include <fmt/format.h>
#include <unistd.h>

#include "cli/app.h"
#include "cli/line/command.h"
#include "cli/line/suggest.h"
#include "cli/line/topics.h"
#include "cli/out/failure.h"
#include "cli/out/terminal.h"
#include "commands/commands.h"

namespace commands {
namespace {

struct Options : cli::GlobalOptions {
  std::string subject;
};

[[noreturn]] void refuse(const std::string& subject) {
  std::vector<std::string> known;
  for (const cli::Topic& topic : cli::topics()) known.push_back(topic.name);
  for (const cli::Command* command : cli::commands()) {
    if (!command->group.empty()) known.push_back(command->name);
  }
  const std::string meant = cli::command_for(subject, known);
  throw cli::UsageError(fmt::format("no help on '{}'{}", subject,
                                    meant.empty() ? "" : "; did you mean '" + meant + "'?"),
                        "'gnet help' lists the commands, 'gnet help topics' the topics");
}

cli::Exit run(const Options& options) {
  if (options.subject.empty() || options.subject == "gnet") {
    cli::show_help(nullptr, false, options);
    return cli::Exit::ok;
  }
  if (const cli::Command* command = cli::find_command(options.subject)) {
    cli::show_help(command, false, options);
    return cli::Exit::ok;
  }
  const cli::HelpLayout layout{cli::help_width(), {cli::wants_color(STDOUT_FILENO, options.color)}};
  const auto text = cli::topic_text(options.subject, layout);
  if (!text) refuse(options.subject);
  cli::print_paged(*text);
  return cli::Exit::ok;
}

}  // namespace

const cli::Command& help() {
  static const cli::Command made = cli::command<Options>({
      .name = "help",
      .group = "About gnet",
      .arguments = "[COMMAND|TOPIC]",
      .summary = "help on a command or a topic",
      .about = "Explain a command, or what several of them have in common.",
      .examples = {"gnet help echo-server", "gnet help endpoints", "gnet help topics"},
      .flags = {{"",
                 "SUBJECT",
                 &Options::subject,
                 "a command or a topic",
                 {.positional = "SUBJECT",
                  .completes = cli::Completes::topic,
                  .command_line_only = true}}},
      .run = run,
  });
  return made;
}

}  // namespace commands
