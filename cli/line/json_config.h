// A configuration file in JSON; see cli/line/config_file.h for its shape.

#pragma once

#include <string>
#include <string_view>

#include "cli/line/config_file.h"

namespace boost::json {
class value;
}

namespace cli {

// Throws UsageError that names the file and the place.
[[nodiscard]] ConfigFile parse_json_config(const std::string& path, const std::string& text);

// A text as the object that it has to be. Throws UsageError: "x.json:3:7: syntax error".
[[nodiscard]] boost::json::value parse_json_object(const std::string& path,
                                                   const std::string& text);

// A value as the word that it is on a command line. Throws UsageError that names the file and the
// key.
[[nodiscard]] std::string json_word(const boost::json::value& value, const std::string& path,
                                    std::string_view key);

}  // namespace cli
