// A configuration file in JSON; see cli/line/config_file.h for its shape.

#pragma once

#include <string>

#include "cli/line/config_file.h"

namespace cli {

// Throws UsageError that names the file and the place.
[[nodiscard]] ConfigFile parse_json_config(const std::string& path, const std::string& text);

}  // namespace cli
