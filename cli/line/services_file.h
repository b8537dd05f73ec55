// The file of `gnet run`: what one process serves, in TOML or JSON.
//
//   [gnet]                       # options of the process
//   name = "demo"
//
//   [service.echo]
//   type = "echo-server"         # the command that it is
//   listen = ["tcp-l://:6011"]   # its options, by their long names
//   after = ["files"]            # begins when that one listens
//
// Words may have ${NAME} in them, a variable, and ${port.NAME}, the port of another service. $$ is
// a dollar.
//
// Threads: functions without state.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/flag.h"

namespace cli {

struct ServicesFile {
  struct Entry {
    std::string key;  // as options are named
    Words words;
    std::size_t line = 0;  // 0: not known
    std::size_t column = 0;
  };
  struct Section {
    std::string name = {};
    std::vector<Entry> entries = {};
    std::size_t line = 0;
    std::size_t column = 0;

    [[nodiscard]] const Entry* find(std::string_view key) const noexcept;
  };

  // "gnet.toml:3:7", as far as it is known.
  [[nodiscard]] std::string place(std::size_t line, std::size_t column) const;

  std::string path = {};
  Section process = {};
  std::vector<Section> services = {};  // as they stand in the file
};

// Throws UsageError that begins with the place.
[[nodiscard]] ServicesFile read_services(const std::string& path);

// The value of a variable; nothing: it is not set.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// A word with the variables that it refers to in their place; what else begins with a dollar stays
// as it is, for substitute(). Throws BadValue for a variable that is not set, and for what does not
// end.
[[nodiscard]] std::string substitute_variables(std::string_view word, const Lookup& variable);

// A word without variables, with the ports that it refers to in their place: `port` gives that of
// a service, or throws.
[[nodiscard]] std::string substitute(
    std::string_view word, const std::function<std::string(const std::string& service)>& port);

// The services whose ports a word refers to, as far as it can be read.
[[nodiscard]] std::vector<std::string> references(std::string_view word);

}  // namespace cli
