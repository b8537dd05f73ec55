#include "cli/line/command.h"

#include <algorithm>

namespace cli {
namespace {

Commands& registry() {
  static Commands all;
  return all;
}

}  // namespace

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

void set_commands(Commands commands) {
  registry() = std::move(commands);
}

const Commands& commands() noexcept {
  return registry();
}

const Command* find_command(std::string_view name) noexcept {
  for (const Command* command : registry()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

}  // namespace cli
