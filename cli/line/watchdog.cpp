#include "cli/line/watchdog.h"

#include "gnet/diag/watchdog.h"

namespace cli {

void set_watchdog(const WatchdogLimit& limit) {
  if (!limit.time) return;
  if (*limit.time > gnet::Duration::zero()) {
    gnet::diag::start_watchdog({.max_blocking_time = *limit.time});
  } else {
    gnet::diag::stop_watchdog();
  }
}

}  // namespace cli
