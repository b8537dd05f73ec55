#include "cli/line/topics.h"

namespace cli {
namespace {

Topics& registry() {
  static Topics all;
  return all;
}

}  // namespace

void set_topics(Topics topics) {
  registry() = std::move(topics);
}

const Topics& topics() noexcept {
  return registry();
}

std::optional<std::string> topic_text(std::string_view name, const HelpLayout& layout) {
  for (const Topic& topic : registry()) {
    if (topic.name == name) return topic.text(layout);
  }
  return std::nullopt;
}

}  // namespace cli
