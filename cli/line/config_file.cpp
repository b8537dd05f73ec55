#include "cli/line/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cli/line/json_config.h"
#include "cli/line/read_file.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

// Standard input has one reading, and SIGHUP asks for another.
std::string read_text(const std::string& path) {
  static const std::string standard_input = "-";
  try {
    if (path == standard_input) {
      static const std::string text = read_file("/dev/stdin");
      return text;
    }
    return read_file(path);
  } catch (const Failure& failure) {
    throw UsageError(failure.what());
  }
}

std::string word_of(const toml::node& node, const std::string& path, std::string_view key) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* yes = node.as_boolean()) return yes->get() ? "on" : "off";
  throw UsageError(fmt::format("{}:{}: '{}' must be a string, a number, true, false or a list",
                               path, node.source().begin.line, key));
}

void read_entry(const toml::node& node, std::string_view key, const std::string& path,
                ConfigFile::Entries& into) {
  Words words;
  if (const auto* list = node.as_array()) {
    for (const toml::node& item : *list) words.push_back(word_of(item, path, key));
  } else {
    words.push_back(word_of(node, path, key));
  }
  into[config_key(key)] = {std::move(words), node.source().begin.line};
}

ConfigFile read_toml(const std::string& path, const std::string& text) {
  ConfigFile config{.path = path, .general = {}, .commands = {}};
  try {
    const toml::table table = toml::parse(text, path);
    for (const auto& [key, node] : table) {
      if (const auto* section = node.as_table()) {
        auto& command = config.commands[std::string(key.str())];
        command.line = node.source().begin.line;
        for (const auto& [name, value] : *section) {
          read_entry(value, name.str(), path, command.entries);
        }
      } else {
        read_entry(node, key.str(), path, config.general);
      }
    }
  } catch (const toml::parse_error& error) {
    throw UsageError(
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  return config;
}

std::string user_config() {
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder != nullptr && *folder == '/') return std::string(folder) + "/gnet/config.toml";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.config/gnet/config.toml";
  return {};
}

}  // namespace

std::string config_key(std::string_view text) {
  std::string key(text);
  std::ranges::replace(key, '_', '-');
  return key;
}

std::string ConfigFile::place(std::size_t line) const {
  return line == 0 ? path : fmt::format("{}:{}", path, line);
}

ConfigFile read_config(const std::string& path) {
  const std::string text = read_text(path);
  return path.ends_with(".json") ? parse_json_config(path, text) : read_toml(path, text);
}

std::vector<ConfigFile> read_configs(const std::string& given) {
  std::vector<ConfigFile> configs;
  if (!given.empty()) configs.push_back(read_config(given));
  for (const std::string& path : {user_config(), std::string("/etc/gnet/config.toml")}) {
    if (!path.empty() && access(path.c_str(), R_OK) == 0) configs.push_back(read_config(path));
  }
  return configs;
}

}  // namespace cli
