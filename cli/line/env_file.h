// A file of variables, as of `gnet run --env-file`.
//
//   # who pays
//   ACCOUNT=web
//   export GREETING="hello, world"
//
// A line is NAME=VALUE, empty, or a comment. What is in a pair of quotes is the value without
// them; nothing else in it has a meaning.
//
// Threads: functions without state.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

using Variables = std::map<std::string, std::string>;

// Throws UsageError that begins with the place: a file that cannot be read, a line that is none.
// Of a name that is there twice the last counts.
[[nodiscard]] Variables read_env_file(const std::string& path);

// The same of a text; `path` is for messages.
[[nodiscard]] Variables parse_env_file(std::string_view text, const std::string& path);

// That of the environment, else that among these; nothing where there is none.
[[nodiscard]] std::optional<std::string> variable(const Variables& variables,
                                                  const std::string& name);

}  // namespace cli
