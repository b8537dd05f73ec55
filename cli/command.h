// A subcommand of gnet, as data plus one function.
//
//   const cli::Command discard_server = cli::command<Options>({
//       .name = "discard-server",
//       .group = "servers",
//       .summary = "read everything, say nothing",
//       .about = "Read every byte and answer none.",
//       .examples = {"gnet discard-server --port 9009"},
//       .flags = {{"--read-deadline", "D", &Options::read_deadline, "close a silent peer"}},
//       .run = run,
//   });
//
// Options derives from GlobalOptions and from the shared groups that the command
// understands: ServerOptions, ClientOptions, ReconnectOptions. Deriving from one is
// all it takes to have its options, their help, completion and configuration keys.

#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client_options.h"
#include "cli/exit_status.h"
#include "cli/flag.h"
#include "cli/global_options.h"
#include "cli/reconnect_options.h"
#include "cli/server_options.h"

namespace cli {

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

  // Does the work; returns the exit status.
  std::function<Exit(const void* options)> run = {};

  // The option of that name ("--port", "-p", an alias, or "ENDPOINT"), or null.
  [[nodiscard]] const Flag* find(std::string_view name) const noexcept;
};

// What a command's file writes down.
template <typename Options>
struct CommandSpec {
  std::string name;
  std::string group = {};
  std::string arguments = {};
  std::string summary = {};
  std::string about = {};
  std::vector<std::string> examples = {};
  std::vector<Row<Options>> flags = {};
  Exit (*run)(const Options& options) = nullptr;
};

template <std::derived_from<GlobalOptions> Options>
[[nodiscard]] Command command(CommandSpec<Options> spec) {
  Command made{.name = std::move(spec.name),
               .group = std::move(spec.group),
               .arguments = std::move(spec.arguments),
               .summary = std::move(spec.summary),
               .about = std::move(spec.about),
               .examples = std::move(spec.examples)};
  made.groups.push_back({.topic = "", .title = "Options", .flags = flags_of(spec.flags)});
  if constexpr (std::derived_from<Options, ServerOptions>) {
    made.groups.push_back(inherited<Options, ServerOptions>(server_flags()));
    made.groups.push_back(inherited<Options, ServerTLSOptions>(server_tls_flags()));
  }
  if constexpr (std::derived_from<Options, ClientOptions>) {
    made.groups.push_back(inherited<Options, ClientOptions>(client_flags()));
    made.groups.push_back(inherited<Options, ClientTLSOptions>(client_tls_flags()));
  }
  if constexpr (std::derived_from<Options, ReconnectOptions>) {
    made.groups.push_back(inherited<Options, ReconnectOptions>(reconnect_flags()));
  }
  made.groups.push_back(inherited<Options, GlobalOptions>(global_flags()));
  made.make_options = [] { return std::make_shared<Options>(); };
  made.global = [](const void* options) -> const GlobalOptions& {
    return *static_cast<const Options*>(options);
  };
  made.server = [](const void* options) -> const ServerOptions* {
    if constexpr (std::derived_from<Options, ServerOptions>) {
      return static_cast<const Options*>(options);
    }
    return nullptr;
  };
  made.run = [run = spec.run](const void* options) {
    return run(*static_cast<const Options*>(options));
  };
  return made;
}

// All commands of the program, in the order in which help lists them. main() sets
// it; help, completion and suggestions read it.
using Commands = std::vector<const Command*>;
void set_commands(Commands commands);
[[nodiscard]] const Commands& commands() noexcept;
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

}  // namespace cli
