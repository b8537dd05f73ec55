// Options from a file, in TOML or JSON.
//
//   log-level = "debug"        # for every command that has the option
//
//   [echo-server]              # for one command; goes before the former
//   port = 6011
//   listen = ["udp-l://:6011", "/run/echo.sock"]
//
// Keys are the options' long names. A file whose name ends in .json is JSON of the
// same shape.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"

namespace cli {

struct ConfigFile {
  struct Entry {
    Words words;
    std::size_t line = 0;  // 0: not known
  };
  using Entries = std::map<std::string, Entry>;
  struct Section {
    Entries entries;
    std::size_t line = 0;
  };

  // "gnet.toml:3", or without the number.
  [[nodiscard]] std::string place(std::size_t line) const;

  std::string path;
  Entries general;
  std::map<std::string, Section> commands;
};

// A key as options are named: "ready_file" is "ready-file".
[[nodiscard]] std::string config_key(std::string_view text);

// Throws UsageError that names the file and, where it is known, the line.
[[nodiscard]] ConfigFile read_config(const std::string& path);

// The files that apply: the one given, then the user's, then the system's. Only
// the first has to exist; an empty path stands for none.
[[nodiscard]] std::vector<ConfigFile> read_configs(const std::string& given);

}  // namespace cli
