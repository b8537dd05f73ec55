// --watchdog: reports fibers that hold up their hub, see gnet/diag/watchdog.h.
//
//   watchdog_row<ClientOptions>(),          // in the table of the options that have it
//   cli::set_watchdog(options.watchdog);    // once the process will not fork any more

#pragma once

#include "cli/line/flag.h"

namespace cli {

// The row of an options struct with a member `watchdog`.
template <typename Options>
[[nodiscard]] Row<Options> watchdog_row() {
  return {"--watchdog",
          "[=D]",
          &Options::watchdog,
          "log what holds up a thread for D",
          {.bare = "on",
           .more = "Without D it is 100ms. The fiber is named, with its stack at that moment."}};
}

// Starts or stops the watchdog, unless nobody has asked for either.
void set_watchdog(const WatchdogLimit& limit);

}  // namespace cli
