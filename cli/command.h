// How the file of a subcommand writes it down: as data plus one function.
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
#include <memory>
#include <string>
#include <vector>

#include "cli/client/client_options.h"
#include "cli/client/reconnect_options.h"
#include "cli/line/command.h"
#include "cli/server/server_options.h"

namespace cli {

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
  made.check = [](const void* options) {
    if constexpr (std::derived_from<Options, ServerOptions>) {
      cli::check(static_cast<const ServerOptions&>(*static_cast<const Options*>(options)));
    }
  };
  made.run = [run = spec.run](const void* options) {
    return run(*static_cast<const Options*>(options));
  };
  return made;
}

}  // namespace cli
