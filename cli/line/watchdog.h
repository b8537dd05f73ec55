// --watchdog: reports fibers that hold up their hub, see gnet/diag/watchdog.h.

#pragma once

#include "cli/line/value.h"

namespace cli {

// Starts or stops the watchdog, unless nobody has asked for either. It is a thread: the process
// must not fork any more.
void set_watchdog(const WatchdogLimit& limit);

}  // namespace cli
