// The topics of `gnet help TOPIC`: what concerns several commands at once.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/help.h"

namespace cli {

struct Topic {
  std::string name;
  std::string summary;  // one line, lower case
  std::function<std::string(const HelpLayout&)> text;
};

// All topics of the program, in the order in which help lists them. main() sets it;
// help, completion and man pages read it.
using Topics = std::vector<Topic>;
void set_topics(Topics topics);
[[nodiscard]] const Topics& topics() noexcept;

// The text of a topic, or nothing if there is none of that name.
[[nodiscard]] std::optional<std::string> topic_text(std::string_view name,
                                                    const HelpLayout& layout);

}  // namespace cli
