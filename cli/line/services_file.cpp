#include "cli/line/services_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <tuple>

#include "cli/line/config_file.h"
#include "cli/line/json_config.h"
#include "cli/line/json_places.h"
#include "cli/line/read_file.h"
#include "cli/out/failure.h"

namespace cli {
namespace {

using Entry = ServicesFile::Entry;
using Section = ServicesFile::Section;

[[noreturn]] void refuse(const std::string& place, std::string_view problem) {
  throw UsageError(fmt::format("{}: {}", place, problem));
}

// ---- TOML ----

class TomlReader {
 public:
  TomlReader(const std::string& path, const std::string& text) : file_{.path = path} {
    try {
      const toml::table root = toml::parse(text, path);
      for (const auto& [key, node] : root) read_top(std::string(key.str()), node);
    } catch (const toml::parse_error& error) {
      const auto& begin = error.source().begin;
      refuse(file_.place(begin.line, begin.column), error.description());
    }
    std::ranges::sort(file_.services, {}, &Section::line);
  }

  ServicesFile take() { return std::move(file_); }

 private:
  std::string place(const toml::node& node) const {
    return file_.place(node.source().begin.line, node.source().begin.column);
  }

  void read_top(const std::string& key, const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (key != "gnet" && key != "service") {
      refuse(place(node), fmt::format("unknown '{}': there are [gnet] and [service.NAME]", key));
    }
    if (table == nullptr) refuse(place(node), fmt::format("'{}' must be a table", key));
    if (key == "gnet") {
      file_.process = section("gnet", *table);
      return;
    }
    for (const auto& [name, service] : *table) {
      if (service.as_table() == nullptr) {
        refuse(place(service), fmt::format("'service.{}' must be a table", name.str()));
      }
      file_.services.push_back(section(std::string(name.str()), *service.as_table()));
    }
  }

  Section section(std::string name, const toml::table& table) const {
    Section made{.name = std::move(name), .entries = {}};
    made.line = table.source().begin.line;
    made.column = table.source().begin.column;
    for (const auto& [key, node] : table) {
      Entry entry{.key = config_key(key.str()), .words = {}};
      entry.line = node.source().begin.line;
      entry.column = node.source().begin.column;
      if (const toml::array* list = node.as_array()) {
        for (const toml::node& item : *list) entry.words.push_back(word(item, entry.key));
      } else {
        entry.words.push_back(word(node, entry.key));
      }
      made.entries.push_back(std::move(entry));
    }
    return made;
  }

  std::string word(const toml::node& node, std::string_view key) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* yes = node.as_boolean()) return yes->get() ? "on" : "off";
    refuse(place(node), fmt::format("'{}' must be a string, a number, true, false or a list", key));
  }

  ServicesFile file_;
};

// ---- JSON ----

namespace json = boost::json;

class JsonReader {
 public:
  JsonReader(const std::string& path, const std::string& text)
      : file_{.path = path}, places_(text) {
    const json::value root = parse_json_object(path, text);
    for (const auto& [key, value] : root.get_object()) {
      if (key == "gnet") {
        file_.process = section("gnet", value, {"gnet"});
      } else if (key == "service" && value.is_object()) {
        for (const auto& [name, service] : value.get_object()) {
          file_.services.push_back(
              section(std::string(name), service, {"service", std::string(name)}));
        }
      } else {
        refuse(place({std::string(key)}), fmt::format("unknown '{}': there are \"gnet\" and "
                                                      "\"service\"",
                                                      std::string_view(key.data(), key.size())));
      }
    }
  }

  ServicesFile take() { return std::move(file_); }

 private:
  using Path = JsonPlaces::Path;

  std::string place(const Path& path) const {
    const auto [line, column] = places_.find(path);
    return file_.place(line, column);
  }

  Section section(std::string name, const json::value& value, const Path& path) const {
    if (!value.is_object()) refuse(place(path), fmt::format("'{}' must be an object", name));
    Section made{.name = std::move(name), .entries = {}};
    std::tie(made.line, made.column) = places_.find(path);
    for (const auto& [key, item] : value.get_object()) {
      Path below = path;
      below.emplace_back(key);
      Entry entry{.key = config_key({key.data(), key.size()}), .words = {}};
      std::tie(entry.line, entry.column) = places_.find(below);
      if (item.is_array()) {
        for (const json::value& one : item.get_array()) {
          entry.words.push_back(json_word(one, place(below), entry.key));
        }
      } else {
        entry.words.push_back(json_word(item, place(below), entry.key));
      }
      made.entries.push_back(std::move(entry));
    }
    return made;
  }

  ServicesFile file_;
  const JsonPlaces places_;
};

// Calls one of the two with each part of a word.
template <typename Text, typename Reference>
void take_apart(std::string_view word, Text text, Reference reference) {
  while (!word.empty()) {
    const std::size_t dollar = std::min(word.find('$'), word.size());
    text(word.substr(0, dollar));
    word.remove_prefix(dollar);
    if (word.starts_with("$$")) {
      text("$");
      word.remove_prefix(2);
    } else if (word.starts_with("${")) {
      const std::size_t end = word.find('}');
      if (end == std::string_view::npos) throw BadValue("'${' without '}'");
      reference(word.substr(2, end - 2));
      word.remove_prefix(end + 1);
    } else if (!word.empty()) {
      text("$");
      word.remove_prefix(1);
    }
  }
}

constexpr std::string_view kPort = "port.";

}  // namespace

const Entry* Section::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found != entries.end() ? &*found : nullptr;
}

std::string ServicesFile::place(std::size_t line, std::size_t column) const {
  return line == 0 ? path : fmt::format("{}:{}:{}", path, line, column);
}

ServicesFile read_services(const std::string& path) {
  std::string text;
  try {
    text = read_file(path);
  } catch (const Failure& failure) {
    throw UsageError(failure.what());
  }
  if (path.ends_with(".json")) return JsonReader(path, text).take();
  return TomlReader(path, text).take();
}

std::string substitute_variables(std::string_view word, const Lookup& variable) {
  std::string result;
  take_apart(
      word, [&](std::string_view text) { result += text == "$" ? "$$" : text; },
      [&](std::string_view name) {
        if (name.starts_with(kPort)) {
          result += fmt::format("${{{}}}", name);
          return;
        }
        const auto value = variable(std::string(name));
        if (!value) throw BadValue(fmt::format("the variable {} is not set", name));
        for (const char c : *value) result += c == '$' ? "$$" : std::string(1, c);
      });
  return result;
}

std::string substitute(std::string_view word,
                       const std::function<std::string(const std::string& service)>& port) {
  std::string result;
  take_apart(
      word, [&](std::string_view text) { result += text; },
      [&](std::string_view name) {
        // What else stood there is a variable, and has its value already.
        if (name.starts_with(kPort)) result += port(std::string(name.substr(kPort.size())));
      });
  return result;
}

std::vector<std::string> references(std::string_view word) {
  std::vector<std::string> names;
  try {
    take_apart(
        word, [](std::string_view) {},
        [&](std::string_view name) {
          if (name.starts_with(kPort)) names.emplace_back(name.substr(kPort.size()));
        });
  } catch (const BadValue&) {
    // substitute() tells why.
  }
  return names;
}

}  // namespace cli
