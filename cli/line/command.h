// A subcommand of gnet, as data plus one function, and the table of them all.
//
// A command's file makes it by cli::command(), see cli/command.h.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"
#include "cli/line/global_options.h"
#include "cli/out/exit_status.h"

namespace cli {

struct ServerOptions;

struct Command {
  std::string name = {};
  std::string group = {};      // the heading in `gnet help`; empty: not listed
  std::string arguments = {};  // what follows the options in the usage line: "[ENDPOINT]..."
  std::string summary = {};    // one line for the list of commands, lower case
  std::string about = {};      // one or two sentences for its own help
  std::vector<std::string> examples = {};
  std::vector<FlagGroup> groups = {};  // its own first, the global options last

  // A default-constructed options struct, and the views of it that main() needs.
  std::function<std::shared_ptr<void>()> make_options = {};
  std::function<const GlobalOptions&(const void*)> global = {};
  std::function<const ServerOptions*(const void*)> server = {};  // null: not a server

  // Throws UsageError when shared options contradict each other.
  std::function<void(const void*)> check = {};

  // Does the work; returns the exit status.
  std::function<Exit(const void* options)> run = {};

  // The option of that name ("--port", "-p", an alias, or "ENDPOINT"), or null.
  [[nodiscard]] const Flag* find(std::string_view name) const noexcept;
};

// All commands of the program, in the order in which help lists them. main() sets
// it; help, completion and suggestions read it.
using Commands = std::vector<const Command*>;
void set_commands(Commands commands);
[[nodiscard]] const Commands& commands() noexcept;
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

}  // namespace cli
