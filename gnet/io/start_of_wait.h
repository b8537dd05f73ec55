// For errors that say how long was waited.

#pragma once

#include "gnet/fiber/deadline.h"
#include "gnet/fiber/scheduler.h"

namespace gnet::detail {

// When a wait for this deadline begins; not worth a look at the clock if it cannot time out.
[[nodiscard]] inline TimePoint start_of_wait(Deadline deadline) {
  return deadline.is_never() ? TimePoint() : detail::Scheduler::current().now();
}

}  // namespace gnet::detail
