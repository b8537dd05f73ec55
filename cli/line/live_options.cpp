#include "cli/line/live_options.h"

#include <optional>
#include <utility>

namespace cli {
namespace {

std::optional<LiveOptions>& the_live_options() {
  static std::optional<LiveOptions> options;
  return options;
}

Words words_of(const std::vector<Setting>& settings, const Flag& flag) {
  Words words;
  for (const Setting& setting : settings) {
    if (setting.flag == &flag) words.push_back(setting.word);
  }
  return words;
}

}  // namespace

LiveOptions::Update LiveOptions::read_again() const {
  const Command& command = *line_.command;
  Update update;
  update.settings = resolve(line_);
  const auto options = command.make_options();
  apply_settings(update.settings, options.get());
  update.command = &command;
  update.options = options;
  update.global = &command.global(options.get());
  command.check(options.get());
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      if (!differs(flag, update)) continue;
      (flag.live ? update.changed : update.restart).push_back(flag.key());
    }
  }
  return update;
}

// Two options may share one member, as --allow and --deny do: then the words tell which of them it
// is. And the same value may be written in two ways.
bool LiveOptions::differs(const Flag& flag, const Update& update) const {
  return !flag.command_line_only && words_of(settings_, flag) != words_of(update.settings, flag) &&
         flag.current(options_.get()) != flag.current(update.options.get());
}

void LiveOptions::adopt(Update update) {
  settings_ = std::move(update.settings);
  options_ = std::move(update.options);
}

void set_live_options(LiveOptions options) {
  the_live_options() = std::move(options);
}

LiveOptions& live_options() {
  return the_live_options().value();
}

}  // namespace cli
