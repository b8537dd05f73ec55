#include "commands/load_timeline.h"

#include "cli/out/json.h"
#include "commands/load_json.h"

namespace commands {

void LoadTimeline::add(const LoadSecond& second) {
  // Of the moment at which the second ended, whatever the clock of the wall has done since.
  const auto end = began_ + std::chrono::duration_cast<std::chrono::microseconds>(second.at);
  cli::JsonObject line;
  line.add("ts", cli::utc_timestamp(end)).add("event", "second").merge(load_second(second));
  file_.write(line.text() + "\n");
}

}  // namespace commands
