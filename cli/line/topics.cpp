#include "cli/line/topics.h"

namespace cli {
namespace {

Topics& all_topics() {
  static Topics all;
  return all;
}

}  // namespace

void set_topics(Topics topics) {
  all_topics() = std::move(topics);
}

const Topics& topics() noexcept {
  return all_topics();
}

std::optional<std::string> topic_text(std::string_view name, const HelpLayout& layout) {
  for (const Topic& topic : all_topics()) {
    if (topic.name == name) return topic.text(layout);
  }
  return std::nullopt;
}

}  // namespace cli
