#include "cli/line/command.h"

#include <algorithm>

namespace cli {
namespace {

Commands& all_commands() {
  static Commands all;
  return all;
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

void set_commands(Commands commands) {
  all_commands() = std::move(commands);
}

const Commands& commands() noexcept {
  return all_commands();
}

const Command* find_command(std::string_view name) noexcept {
  for (const Command* command : all_commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

}  // namespace cli
