#include "cli/line/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/line/suggest.h"
#include "cli/line/tree.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

CLI::Option* add_option(Tree& tree, CLI::App& app, const Flag& flag, const std::string& names) {
  // The callback has nothing to do: words are read from the option's results.
  CLI::Option* option = app.add_option(names, [](const CLI::results_t&) { return true; });
  option->type_size(1)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  option->description(flag.summary);
  tree.flags.emplace(option, &flag);
  return option;
}

void add_flag(Tree& tree, CLI::App& app, const Flag& flag) {
  if (!flag.long_name.empty()) {
    std::string names = flag.long_name;
    if (!flag.short_name.empty()) names += "," + flag.short_name;
    for (const std::string& alias : flag.aliases) names += "," + alias;
    CLI::Option* option = add_option(tree, app, flag, names);
    // Without a value the option is what CLI11 calls a flag; "--flag=value" still works, and
    // nothing that merely follows it is taken for its value.
    if (flag.is_switch() || !flag.bare.empty()) option->type_size(0)->expected(0);
  }
  if (!flag.positional.empty() && !flag.behind_dashes) {
    add_option(tree, app, flag, flag.positional)->expected(flag.repeatable ? -1 : 1);
  }
}

// The command that is named first.
const Command* named_command(const Words& arguments) {
  for (const std::string& argument : arguments) {
    if (const Command* command = find_command(argument)) return command;
  }
  return nullptr;
}

bool has_optional_value(const Flag* flag) {
  return flag != nullptr && !flag->bare.empty();
}

bool takes_next_word(const Flag* flag) {
  return flag != nullptr && !flag->is_switch() && flag->bare.empty();
}

// The option that words behind "--" are for, or null.
const Flag* flag_behind_dashes(const Command* command) {
  if (command == nullptr) return nullptr;
  for (const FlagGroup& group : command->groups) {
    for (const Flag& flag : group.flags) {
      if (flag.behind_dashes) return &flag;
    }
  }
  return nullptr;
}

// Cuts those words off, if the command wants them as they are.
Words take_behind_dashes(Words& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (flag_behind_dashes(named_command({arguments.begin(), dashes})) == nullptr) return {};
  Words behind(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return behind;
}

// CLI11 reads -r100ms as a row of switches: here it becomes --reconnect=100ms, as does -r=100ms.
Words with_values_joined(Words arguments) {
  const Command* command = named_command(arguments);
  if (command == nullptr) return arguments;
  const Flag* before = nullptr;
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    const bool is_value = takes_next_word(before);
    before = is_value || !argument.starts_with('-') ? nullptr : command->find(argument);
    if (is_value || argument.size() < 3 || argument.front() != '-' || argument[1] == '-') continue;
    const Flag* flag = command->find(argument.substr(0, 2));
    const char next = argument[2];
    if (!has_optional_value(flag) || (next != '=' && (next < '0' || next > '9'))) continue;
    argument = flag->long_name + "=" + argument.substr(next == '=' ? 3 : 2);
  }
  return arguments;
}

// Takes away what a command leaves to another.
Words take_rest(Words& arguments) {
  const auto named = std::ranges::find_if(
      arguments, [](const std::string& word) { return find_command(word) != nullptr; });
  if (named == arguments.end() || find_command(*named)->own_words == nullptr) return {};
  const std::size_t own = find_command(*named)->own_words(Words(named + 1, arguments.end()));
  const auto first = named + 1 + static_cast<std::ptrdiff_t>(own);
  Words rest(first, arguments.end());
  arguments.erase(first, arguments.end());
  return rest;
}

// The option that gets words without a dash.
const Flag* positional_of(const Command& command) {
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!flag.positional.empty()) return &flag;
    }
  }
  return nullptr;
}

// For "--reconnect 5s", where the value was taken for an argument.
std::string hint_at_value(const Words& arguments, const Command& command) {
  for (std::size_t i = 0; i + 1 < arguments.size() && arguments[i] != "--"; ++i) {
    if (!arguments[i].starts_with('-')) continue;
    const Flag* flag = command.find(arguments[i]);
    if (!has_optional_value(flag) || !gnet::parse_duration(arguments[i + 1])) continue;
    return fmt::format("write {}={}", flag->long_name, arguments[i + 1]);
  }
  return {};
}

// An unknown option, or a word too many.
[[noreturn]] void refuse(const std::string& word, const Command* command, const Words& arguments) {
  const bool is_option = word.size() > 1 && word.front() == '-';
  if (!is_option && command == nullptr) {
    std::vector<std::string> names;
    for (const Command* known : commands()) {
      if (!known->group.empty()) names.push_back(known->name);
    }
    const std::string meant = command_for(word, names);
    throw UsageError(fmt::format("unknown command '{}'{}", word,
                                 meant.empty() ? "" : "; did you mean '" + meant + "'?"),
                     meant.empty() ? "'gnet help' lists the commands" : "");
  }
  if (!is_option) {
    throw UsageError(fmt::format("unexpected argument '{}' for '{}'", word, command->name),
                     hint_at_value(arguments, *command));
  }
  const std::string name = word.substr(0, word.find('='));
  // The command has it, so it was refused for where it stands.
  if (command != nullptr) {
    const std::string own = name.starts_with("--") ? name : name.substr(0, 2);
    if (command->find(own) != nullptr) {
      throw UsageError(fmt::format("'{}' has to stand after '{}'", own, command->name));
    }
  }
  std::vector<std::string> names;
  const auto add_names = [&](const FlagGroup& group) {
    for (const Flag& flag : group.flags) {
      if (flag.long_name.starts_with("--")) names.push_back(flag.long_name);
    }
  };
  if (command != nullptr) {
    std::ranges::for_each(command->groups, add_names);
  } else {
    add_names(root_flags());
  }
  const std::string meant = name.starts_with("--") ? closest(name, names) : std::string();
  throw UsageError(fmt::format("unknown option '{}'{}{}", name,
                               command != nullptr ? " for '" + command->name + "'" : "",
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

// CLI11 would take the next argument for the value of "--port=".
void refuse_empty_values(const Words& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return;
    if (argument.starts_with("--") && argument.ends_with("=")) {
      throw UsageError(
          fmt::format("option '{}' needs a value", argument.substr(0, argument.size() - 1)));
    }
  }
}

void collect(const Tree& tree, const CLI::App& app, CommandLine& line) {
  std::map<const CLI::Option*, std::size_t> used;
  for (const CLI::Option* option : app.parse_order()) {
    const std::size_t index = used[option]++;
    if (index >= option->results().size()) continue;
    const Flag* flag = tree.flags.at(option);
    // At the root the options are those of no command; the command has its own copy.
    if (line.command != nullptr) flag = line.command->find(flag->name());
    std::string word = option->results()[index];
    // What CLI11 says for an option without a value.
    if (word == "true" && !flag->bare.empty()) word = flag->bare;
    line.occurrences.push_back({flag, word});
  }
}

}  // namespace

Words CommandLine::words(std::string_view name) const {
  Words words;
  for (const Occurrence& occurrence : occurrences) {
    if (occurrence.flag->name() == name) words.push_back(occurrence.word);
  }
  return words;
}

const FlagGroup& root_flags() {
  static const FlagGroup flags = global_flags();
  return flags;
}

void grow(Tree& tree, const Commands& commands) {
  tree.app.set_help_flag();
  tree.app.allow_extras();
  tree.app.require_subcommand(0, 1);
  for (const Flag& flag : root_flags().flags) add_flag(tree, tree.app, flag);
  for (const Command* command : commands) {
    CLI::App* app = tree.app.add_subcommand(command->name, command->summary);
    app->allow_extras();
    app->fallthrough();
    for (const FlagGroup& group : command->groups) {
      if (group.topic == "global") continue;
      for (const Flag& flag : group.flags) add_flag(tree, *app, flag);
    }
  }
}

CommandLine parse(const Words& given) {
  Words arguments = given;
  const Words rest = take_rest(arguments);
  Words behind = take_behind_dashes(arguments);
  arguments = with_values_joined(std::move(arguments));
  // Only what is named can be meant; a tree of everything would take longer than the rest.
  Commands named;
  for (const std::string& word : arguments) {
    const Command* const command = find_command(word);
    if (command != nullptr && std::ranges::find(named, command) == named.end()) {
      named.push_back(command);
    }
  }
  Tree tree;
  grow(tree, named);
  refuse_empty_values(arguments);
  CommandLine line;
  try {
    tree.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ArgumentMismatch& error) {
    // "--port: 1 required TEXT missing"
    const std::string text = error.what();
    throw UsageError(fmt::format("option '{}' needs a value", text.substr(0, text.find(':'))));
  }
  const auto chosen = tree.app.get_subcommands();
  if (!chosen.empty()) line.command = find_command(chosen.front()->get_name());
  auto extras = tree.app.remaining(true);
  std::erase(extras, "--");
  if (!extras.empty()) refuse(extras.front(), line.command, arguments);
  collect(tree, tree.app, line);
  if (!chosen.empty()) collect(tree, *chosen.front(), line);
  for (const std::string& word : rest) {
    line.occurrences.push_back({positional_of(*line.command), word});
  }
  for (std::string& word : behind) {
    line.occurrences.push_back({flag_behind_dashes(line.command), std::move(word)});
  }
  return line;
}

bool asks_for_help(const Words& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::any_of(arguments.begin(), end, [](const std::string& argument) {
    return argument == "-h" || argument == "--help" || argument.starts_with("--help=");
  });
}

}  // namespace cli
