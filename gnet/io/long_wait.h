// A wait for a stream that is likely to be long, of connections of which there may be many.
//
//   if (!detail::wait_long(stream, Deadline::within(options.idle_timeout))) return;
//
// Threads: as the stream.

#pragma once

#include "gnet/base/chrono.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/scheduler.h"
#include "gnet/fiber/shrink_stack.h"

namespace gnet::detail {

// As stream.wait_readable(), for a Stream or a Socket. When nothing has come for half a second, the
// fiber gives back what it has touched of its stack, and before that calls `rest`, which may give
// back more.
template <typename S, typename F>
bool wait_long(S& stream, Deadline deadline, F&& rest) {
  const Deadline soon = Scheduler::current().deadline_within(std::chrono::milliseconds(500));
  if (stream.wait_readable(soon.earlier(deadline))) return true;
  if (deadline.passed()) return false;
  rest();
  shrink_stack();
  return stream.wait_readable(deadline);
}

template <typename S>
bool wait_long(S& stream, Deadline deadline) {
  return wait_long(stream, deadline, [] {});
}

}  // namespace gnet::detail
