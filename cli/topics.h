// The texts of `gnet help TOPIC`: what concerns several commands at once.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/help.h"

namespace cli {

struct Topic {
  std::string name;
  std::string summary;  // one line, lower case
};

[[nodiscard]] const std::vector<Topic>& topics();

// The text of a topic, or nothing if there is none of that name.
[[nodiscard]] std::optional<std::string> topic_text(std::string_view name,
                                                    const HelpLayout& layout);

}  // namespace cli
