#include "cli/line/command.h"

#include <algorithm>

namespace cli {
namespace {

KnownCommands& known_commands() {
  static KnownCommands known;
  return known;
}

}  // namespace

void Command::check(const void* options) const {
  for (const Part& part : parts) part.check(options);
  if (check_own) check_own(options);
}

const Flag* Command::find(std::string_view name) const noexcept {
  for (const FlagGroup& group : groups) {
    for (const Flag& flag : group.flags) {
      if (name == flag.long_name || (!flag.short_name.empty() && name == flag.short_name) ||
          (!flag.positional.empty() && name == flag.positional) ||
          std::find(flag.aliases.begin(), flag.aliases.end(), name) != flag.aliases.end()) {
        return &flag;
      }
    }
  }
  return nullptr;
}

void set_commands(KnownCommands known) {
  known_commands() = std::move(known);
}

Commands commands() {
  Commands all;
  for (const KnownCommand& known : known_commands()) all.push_back(&known.get());
  return all;
}

const Command* find_command(std::string_view name) {
  for (const KnownCommand& known : known_commands()) {
    if (known.name == name) return &known.get();
  }
  return nullptr;
}

}  // namespace cli
