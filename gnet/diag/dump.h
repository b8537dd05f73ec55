// What all fibers of a hub are doing, as text for people.
//
//   std::cerr << gnet::diag::dump();
//
//   main (the thread's own): waiting for everything else to end
//     fiber-1 (spawned at tcp_server_factory.cpp:72): waiting for a connection; stack 8K of 256K
//       fiber-3 (spawned at tcp_server_factory.cpp:90): waiting for data on socket
//       tcp://127.0.0.1:4001; stack 12K of 256K
//     fiber-7 (spawned at signal.cpp:120): running; stack 4K of 256K
//     fiber-9 (spawned at jobs.cpp:31 by fiber-4, which has ended): waiting for Event 0x7ffd2b1f
//
// Below each fiber stand those that it has spawned. Of a stack that is told which has been touched,
// by the fiber or by others before it on the same stack, in whole pages. While a watchdog runs
// (gnet/diag/watchdog.h) there is more to tell: for how long a fiber has waited, how often and how
// long it has run.
//
// Threads: of the hub that it is asked about.

#pragma once

#include <string>

#include "gnet/fiber/scheduler.h"

namespace gnet::diag {

// A line for each fiber that has not ended, with its end of line; siblings in order of their age.
// Deadlocks, if there are any, come at the end.
[[nodiscard]] std::string dump(detail::Scheduler& hub = detail::Scheduler::current());

}  // namespace gnet::diag
