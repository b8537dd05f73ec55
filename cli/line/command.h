// A subcommand of gnet, as data plus one function, and the table of them all.
//
//   const cli::Command& discard_server() {
//     static const cli::Command made = cli::command<Options>({
//         .name = "discard-server",
//         .group = "servers",
//         .summary = "read everything, say nothing",
//         .about = "Read every byte and answer none.",
//         .examples = {"gnet discard-server --port 9009"},
//         .flags = {{"--read-deadline", "D", &Options::read_deadline, "close a silent peer"}},
//         .run = run,
//     });
//     return made;
//   }
//
// Options derives from GlobalOptions. Options that several commands share are members of
// it, each named in `shared`, see cli/line/part.h.

#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/line/flag.h"
#include "cli/line/global_options.h"
#include "cli/line/part.h"
#include "cli/out/exit_status.h"

namespace cli {

// What a command is where it is one of several services of a process, see cli/line/hosted.h.
enum class ServiceKind : unsigned char { none, server, client, program };

struct Command {
  std::string name = {};
  std::string group = {};      // the heading in `gnet help`; empty: not listed
  std::string arguments = {};  // what follows the options in the usage line: "[ENDPOINT]..."
  std::string summary = {};    // one line for the list of commands, lower case
  std::string about = {};      // one or two sentences for its own help
  std::vector<std::string> examples = {};
  ServiceKind service = ServiceKind::none;
  std::vector<FlagGroup> groups = {};  // its own first, the global options last

  // Of the words behind the name of the command, how many are read by it: what follows them is
  // for another command, and kept as it is. Null: all of them.
  std::size_t (*own_words)(const Words& words) = nullptr;

  // What may stand behind these words without a dash, for completion: words, and what they are.
  using Offers = std::vector<std::pair<std::string, std::string>>;
  Offers (*offers)(const Words& words) = nullptr;

  std::vector<Part> parts = {};  // without their groups, which stand above

  // An options struct with nothing but defaults, and the view of it that main() needs.
  std::function<std::shared_ptr<void>()> make_options = {};
  std::function<const GlobalOptions&(const void*)> global = {};

  // Throws UsageError for options that are wrong, or do not go together.
  void check(const void* options) const;
  std::function<void(const void* options)> check_own = {};  // beside those of its parts; or null

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
  ServiceKind service = ServiceKind::none;
  std::vector<Row<Options>> flags = {};
  std::vector<PartOf<Options>> shared = {};
  void (*check)(const Options& options) = nullptr;  // throws UsageError
  Exit (*run)(const Options& options) = nullptr;
  std::size_t (*own_words)(const Words& words) = nullptr;  // as those of Command
  Command::Offers (*offers)(const Words& words) = nullptr;
};

template <std::derived_from<GlobalOptions> Options>
[[nodiscard]] Command command(CommandSpec<Options> spec) {
  Command made{.name = std::move(spec.name),
               .group = std::move(spec.group),
               .arguments = std::move(spec.arguments),
               .summary = std::move(spec.summary),
               .about = std::move(spec.about),
               .examples = std::move(spec.examples),
               .service = spec.service,
               .own_words = spec.own_words,
               .offers = spec.offers};
  made.groups.push_back({.topic = "", .title = "Options", .flags = flags_of(spec.flags)});
  for (Part& part : spec.shared) {
    std::ranges::move(part.groups, std::back_inserter(made.groups));
    part.groups.clear();
    made.parts.push_back(std::move(part));
  }
  made.groups.push_back(inherited<Options, GlobalOptions>(global_flags()));
  made.make_options = [parts = made.parts] {
    const auto options = std::make_shared<Options>();
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].place(options.get(), i);
    return options;
  };
  made.global = [](const void* options) -> const GlobalOptions& {
    return *static_cast<const Options*>(options);
  };
  if (spec.check != nullptr) {
    made.check_own = [check = spec.check](const void* options) {
      check(*static_cast<const Options*>(options));
    };
  }
  made.run = [run = spec.run](const void* options) {
    return run(*static_cast<const Options*>(options));
  };
  return made;
}

// A command of the program, which is made when it is first asked for: to make them all takes longer
// than what most of them have to do.
struct KnownCommand {
  std::string_view name;
  const Command& (*get)();
};
using KnownCommands = std::vector<KnownCommand>;

// All commands of the program, in the order in which help lists them. main() sets
// it; help, completion and suggestions read it.
using Commands = std::vector<const Command*>;
void set_commands(KnownCommands known);
[[nodiscard]] Commands commands();  // makes all of them
[[nodiscard]] const Command* find_command(std::string_view name);

}  // namespace cli
