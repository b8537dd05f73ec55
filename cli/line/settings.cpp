#include "cli/line/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "cli/line/config_file.h"
#include "cli/line/env_file.h"
#include "cli/line/services_file.h"
#include "cli/line/suggest.h"
#include "cli/out/failure.h"
#include "cli/out/json.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

// The command that has a file of services, and what it calls that.
constexpr std::string_view kRun = "run";
constexpr std::string_view kRunFile = "FILE";
constexpr std::string_view kEnvFile = "--env-file";

constexpr std::string_view kName = "--name";

// The words of an environment variable: a list has blanks between its items.
Words split(const Flag& flag, std::string_view text) {
  if (!flag.repeatable) return {std::string(text)};
  Words words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

const Flag* flag_with_key(const Command& command, std::string_view key) {
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!flag.command_line_only && flag.key() == key) return &flag;
    }
  }
  return nullptr;
}

[[noreturn]] void refuse_key(const std::string& place, std::string_view key,
                             const Command& command) {
  std::vector<std::string> known;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!flag.command_line_only) known.push_back(flag.key());
    }
  }
  const std::string meant = closest(key, known);
  throw UsageError(fmt::format("{}: unknown key '{}' for '{}'{}", place, key, command.name,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

// It would be read by nobody.
void refuse_chain(const ConfigFile& file, std::string_view key, std::size_t line) {
  if (key != "config") return;
  throw UsageError(
      fmt::format("{}: a file names no other; --config and GNET_CONFIG do", file.place(line)));
}

// Misspelt keys are errors, in every section: a setting that is silently without effect is worse.
void check_keys(const ConfigFile& file, const Command& command) {
  for (const auto& [name, section] : file.commands) {
    const Command* owner = find_command(name);
    if (owner == nullptr) {
      throw UsageError(fmt::format("{}: unknown command '{}'", file.place(section.line), name));
    }
    for (const auto& [key, entry] : section.entries) {
      refuse_chain(file, key, entry.line);
      if (flag_with_key(*owner, key) == nullptr) refuse_key(file.place(entry.line), key, *owner);
    }
  }
  for (const auto& [key, entry] : file.general) {
    refuse_chain(file, key, entry.line);
    const auto has_key = [&key = key](const Command* other) {
      return flag_with_key(*other, key) != nullptr;
    };
    if (std::ranges::none_of(commands(), has_key)) {
      refuse_key(file.place(entry.line), key, command);
    }
  }
}

std::string config_path(const CommandLine& line) {
  const Words given = line.words("--config");
  if (!given.empty()) return given.back();
  const Flag& flag = *line.command->find("--config");
  for (const std::string& name :
       {flag.environment_name(line.command->name), flag.environment_name()}) {
    if (const char* text = std::getenv(name.c_str()); text != nullptr && *text != '\0') return text;
  }
  return {};
}

class Resolver {
 public:
  explicit Resolver(const CommandLine& line) : command_(*line.command) {
    for (const Occurrence& occurrence : line.occurrences) {
      decided_.insert(occurrence.flag);
      settings_.push_back({occurrence.flag, occurrence.word});
    }
  }

  void from_environment() {
    for (const FlagGroup& group : command_.groups) {
      for (const Flag& flag : group.flags) {
        // $GNET_NAME is what a process tells its children of itself.
        if (flag.command_line_only || flag.long_name == kName) continue;
        for (const std::string& name :
             {flag.environment_name(command_.name), flag.environment_name()}) {
          const char* text = std::getenv(name.c_str());
          if (text != nullptr && *text != '\0') add(flag, split(flag, text), name);
        }
      }
    }
  }

  void from_file(const ConfigFile& file) {
    check_keys(file, command_);
    if (const auto own = file.commands.find(command_.name); own != file.commands.end()) {
      for (const auto& [key, entry] : own->second.entries) {
        add(*flag_with_key(command_, key), entry.words, file.path, entry.line);
      }
    }
    for (const auto& [key, entry] : file.general) {
      if (const Flag* flag = flag_with_key(command_, key)) {
        add(*flag, entry.words, file.path, entry.line);
      }
    }
  }

  std::vector<Setting> take() { return std::move(settings_); }

 private:
  void add(const Flag& flag, const Words& words, const std::string& origin, std::size_t line = 0) {
    if (!decided_.insert(&flag).second) return;
    for (const std::string& word : words) settings_.push_back({&flag, word, origin, line});
  }

  const Command& command_;
  std::set<const Flag*> decided_;
  std::vector<Setting> settings_;
};

std::string place(const Setting& setting) {
  if (setting.origin.empty()) return "for " + setting.flag->name();
  if (setting.origin.starts_with("GNET_")) return "in " + setting.origin;
  const std::string line = setting.line == 0 ? "" : fmt::format(":{}", setting.line);
  return fmt::format("for '{}' in {}{}", setting.flag->key(), setting.origin, line);
}

// In files and variables an option is switched on and off that may do without a value.
std::optional<std::string> value_of(const Setting& setting) {
  const Flag& flag = *setting.flag;
  const auto knows = [&flag](std::string_view word) {
    return flag.bare == "on" || std::ranges::find(flag.choices, word) != flag.choices.end();
  };
  if (setting.origin.empty() || flag.bare.empty()) return setting.word;
  if (setting.word == "on" || setting.word == "true") return knows("on") ? "on" : flag.bare;
  if (setting.word != "off" && setting.word != "false") return setting.word;
  return knows("off") ? std::optional<std::string>("off") : std::nullopt;
}

// "-r 5s" is two words to the command line; who wrote it meant one.
std::string hint_at_value(const Setting* before, const Setting& setting) {
  if (before == nullptr || before->flag->bare.empty() || before->word != before->flag->bare ||
      !before->origin.empty() || !gnet::parse_duration(setting.word)) {
    return {};
  }
  return fmt::format("write {}={}", before->flag->long_name, setting.word);
}

// Every variable that something reads, or that gnet sets for its children.
std::vector<std::string> known_variables() {
  std::vector<std::string> names{"GNET_PAGER",
                                 "GNET_STACK_SIZE",
                                 "GNET_WATCHDOG",
                                 "GNET_RESOLVER",
                                 "GNET_RESOLVER_NAMESERVERS",
                                 "GNET_NAME",
                                 "GNET_SERVICE",
                                 "GNET_ENDPOINT",
                                 "GNET_CERT_PASSWORD"};
  for (const Command* command : commands()) {
    for (const FlagGroup& group : command->groups) {
      for (const Flag& flag : group.flags) {
        if (flag.command_line_only) continue;
        names.push_back(flag.environment_name());
        names.push_back(flag.environment_name(command->name));
      }
    }
  }
  return names;
}

// The variables beside those of the environment that a file of services may refer to. What names
// their file is itself without them.
Variables variables_of(const CommandLine& line, const ServicesFile& file) {
  const Flag& flag = *line.command->find(kEnvFile);
  std::string path;
  const ServicesFile::Entry* const entry = file.process.find(flag.key());
  if (entry != nullptr && !entry->words.empty()) path = entry->words.back();
  for (const std::string& name :
       {flag.environment_name(), flag.environment_name(line.command->name)}) {
    if (const char* text = std::getenv(name.c_str()); text != nullptr && *text != '\0') path = text;
  }
  if (const Words given = line.words(kEnvFile); !given.empty()) path = given.back();
  return path.empty() ? Variables() : read_env_file(path);
}

// What the file of `gnet run` says of the process.
std::vector<ConfigFile> process_configs(const CommandLine& line) {
  if (line.command->name != kRun) return {};
  const Words path = line.words(kRunFile);
  if (path.empty()) return {};
  const ServicesFile file = read_services(path.back());
  const Variables variables = variables_of(line, file);
  ConfigFile config{.path = file.path, .general = {}, .commands = {}};
  ConfigFile::Section& section = config.commands[line.command->name];
  section.line = file.process.line;
  for (const ServicesFile::Entry& entry : file.process.entries) {
    Words words;
    for (const std::string& word : entry.words) {
      try {
        words.push_back(substitute(
            substitute_variables(
                word, [&](const std::string& name) { return variable(variables, name); }),
            [](const std::string&) -> std::string {
              throw BadValue("the process knows no ports");
            }));
      } catch (const BadValue& bad) {
        throw UsageError(fmt::format("{}: bad value '{}' for '{}': {}",
                                     file.place(entry.line, entry.column), word, entry.key,
                                     bad.what()));
      }
    }
    section.entries[entry.key] = {std::move(words), entry.line};
  }
  return {config};
}

}  // namespace

std::vector<Setting> resolve(const CommandLine& line) {
  Resolver resolver(line);
  resolver.from_environment();
  for (const ConfigFile& file : process_configs(line)) resolver.from_file(file);
  for (const ConfigFile& file : read_configs(config_path(line))) resolver.from_file(file);
  return resolver.take();
}

void apply_settings(const std::vector<Setting>& settings, void* options) {
  const Setting* before = nullptr;
  for (const Setting& setting : settings) {
    const std::optional<std::string> word = value_of(setting);
    if (!word) continue;
    try {
      setting.flag->assign(options, *word);
      if (setting.origin.empty() && setting.flag->note_typed) setting.flag->note_typed(options);
      before = &setting;
    } catch (const gnet::BadEndpoint& error) {
      // What stands where an endpoint is wanted is found without that.
      const bool plain = setting.origin.empty() && !setting.flag->positional.empty();
      const std::string where = plain ? "" : " (" + place(setting) + ")";
      throw UsageError(error.what() + where, hint_at_value(before, setting));
    } catch (const BadValue& error) {
      throw UsageError(
          fmt::format("bad value '{}' {}: {}", setting.word, place(setting), error.what()));
    }
  }
}

std::vector<std::string> strange_variables() {
  std::vector<std::string> known;
  std::vector<std::string> sentences;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with("GNET_")) continue;
    if (known.empty()) known = known_variables();
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string meant = closest(name, known);
    sentences.push_back(fmt::format("the environment variable {} sets nothing{}",
                                    gnet::printable(name),
                                    meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  return sentences;
}

std::string explain(const Command& command, const std::vector<Setting>& settings,
                    const void* options, bool json) {
  std::string text;
  JsonObject document;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (flag.command_line_only) continue;
      const auto mine = [&](const Setting& setting) { return setting.flag == &flag; };
      const auto found = std::ranges::find_if(settings, mine);
      std::string origin = "default";
      if (found != settings.end()) origin = found->origin.empty() ? "command line" : found->origin;
      std::string value = flag.current(options);
      if (found == settings.end() && !flag.fallback.empty()) value = flag.fallback;
      if (flag.secret && !value.empty()) value = "***";
      document.add(flag.key(), JsonObject().add("value", value).add("origin", origin));
      text += fmt::format("{:<20} {:<24} {}\n", flag.key(),
                          value.empty() ? "-" : gnet::printable(value), gnet::printable(origin));
    }
  }
  return json ? document.text() + "\n" : text;
}

}  // namespace cli
