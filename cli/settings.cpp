#include "cli/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cli/config_file.h"
#include "cli/failure.h"
#include "cli/json.h"
#include "cli/suggest.h"
#include "gnet/base/utf8.h"

namespace cli {
namespace {

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

[[noreturn]] void refuse_key(const ConfigFile& file, std::string_view key, const Command& command) {
  std::vector<std::string> known;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!flag.command_line_only) known.push_back(flag.key());
    }
  }
  const std::string meant = closest(key, known);
  throw UsageError(fmt::format("{}: unknown key '{}' for '{}'{}", file.path, key, command.name,
                               meant.empty() ? "" : "; did you mean '" + meant + "'?"));
}

// Misspelt keys are errors, in every section: a setting that is silently without effect is worse.
void check_keys(const ConfigFile& file, const Command& command) {
  for (const auto& [name, keys] : file.commands) {
    const Command* owner = find_command(name);
    if (owner == nullptr) {
      throw UsageError(fmt::format("{}: unknown command '{}'", file.path, name));
    }
    for (const auto& [key, words] : keys) {
      if (flag_with_key(*owner, key) == nullptr) refuse_key(file, key, *owner);
    }
  }
  for (const auto& [key, words] : file.general) {
    const auto has_key = [&](const Command* other) {
      return flag_with_key(*other, key) != nullptr;
    };
    if (std::ranges::none_of(commands(), has_key)) refuse_key(file, key, command);
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
      settings_.push_back({occurrence.flag, occurrence.word, {}});
    }
  }

  void from_environment() {
    for (const FlagGroup& group : command_.groups) {
      for (const Flag& flag : group.flags) {
        if (flag.command_line_only) continue;
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
      for (const auto& [key, words] : own->second) {
        add(*flag_with_key(command_, key), words, file.path);
      }
    }
    for (const auto& [key, words] : file.general) {
      if (const Flag* flag = flag_with_key(command_, key)) add(*flag, words, file.path);
    }
  }

  std::vector<Setting> take() { return std::move(settings_); }

 private:
  void add(const Flag& flag, const Words& words, const std::string& origin) {
    if (!decided_.insert(&flag).second) return;
    for (const std::string& word : words) settings_.push_back({&flag, word, origin});
  }

  const Command& command_;
  std::set<const Flag*> decided_;
  std::vector<Setting> settings_;
};

std::string place(const Setting& setting) {
  if (setting.origin.empty()) return "for " + setting.flag->name();
  if (setting.origin.starts_with("GNET_")) return "in " + setting.origin;
  return fmt::format("for '{}' in {}", setting.flag->key(), setting.origin);
}

// "-r 5s" is two words to the command line; who wrote it meant one.
std::string hint_at_value(const Setting* before, const Setting& setting) {
  if (before == nullptr || before->flag->bare.empty() || before->word != before->flag->bare ||
      !before->origin.empty() || !gnet::parse_duration(setting.word)) {
    return {};
  }
  return fmt::format("write {}={}", before->flag->long_name, setting.word);
}

}  // namespace

std::vector<Setting> resolve(const CommandLine& line) {
  Resolver resolver(line);
  resolver.from_environment();
  for (const ConfigFile& file : read_configs(config_path(line))) resolver.from_file(file);
  return resolver.take();
}

void apply_settings(const std::vector<Setting>& settings, void* options) {
  const Setting* before = nullptr;
  for (const Setting& setting : settings) {
    try {
      setting.flag->assign(options, setting.word);
      before = &setting;
    } catch (const gnet::BadEndpoint& error) {
      const std::string where = setting.origin.empty() ? "" : " (" + place(setting) + ")";
      throw UsageError(error.what() + where, hint_at_value(before, setting));
    } catch (const BadValue& error) {
      throw UsageError(
          fmt::format("bad value '{}' {}: {}", setting.word, place(setting), error.what()));
    }
  }
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
      document.add(flag.key(), JsonObject().add("value", value).add("origin", origin));
      text += fmt::format("{:<20} {:<24} {}\n", flag.key(),
                          value.empty() ? "-" : gnet::printable(value), gnet::printable(origin));
    }
  }
  return json ? document.text() + "\n" : text;
}

}  // namespace cli
