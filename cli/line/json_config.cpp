#include "cli/line/json_config.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/line/json_places.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

namespace json = boost::json;

void read_entry(const json::value& value, const std::string& key, const std::string& path,
                ConfigFile::Entries& into) {
  Words words;
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) words.push_back(json_word(item, path, key));
  } else {
    words.push_back(json_word(value, path, key));
  }
  into[config_key(key)] = {.words = std::move(words)};
}

}  // namespace

std::string json_word(const json::value& value, const std::string& path, std::string_view key) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (value.is_bool()) return value.get_bool() ? "on" : "off";
  throw UsageError(
      fmt::format("{}: '{}' must be a string, a number, true, false or a list", path, key));
}

json::value parse_json_object(const std::string& path, const std::string& text) {
  json::error_code error;
  json::stream_parser parser;
  const std::size_t used = parser.write_some(text, error);
  if (!error) parser.finish(error);
  if (!error && text.find_first_not_of(" \t\r\n", used) != std::string::npos) {
    error = json::error::extra_data;
  }
  if (error) {
    const auto [line, column] = place_in(text, used);
    throw UsageError(fmt::format("{}:{}:{}: {}", path, line, column, error.message()));
  }
  json::value root = parser.release();
  if (!root.is_object()) throw UsageError(fmt::format("{}: must be a JSON object", path));
  return root;
}

ConfigFile parse_json_config(const std::string& path, const std::string& text) {
  const json::value root = parse_json_object(path, text);
  ConfigFile config{.path = path, .general = {}, .commands = {}};
  for (const auto& [key, value] : root.get_object()) {
    if (value.is_object()) {
      auto& command = config.commands[std::string(key)];
      for (const auto& [name, item] : value.get_object()) {
        read_entry(item, std::string(name), path, command.entries);
      }
    } else {
      read_entry(value, std::string(key), path, config.general);
    }
  }
  return config;
}

}  // namespace cli
