// Fibers that wait for each other, found while the rest of the program goes on.
//
// LoopExit comes when nothing at all is left to do. Where a timer or a socket keeps the hub
// alive, fibers that nobody can wake any more just stay; find_deadlocks() names them.
//
//   for (const auto& deadlock : gnet::diag::find_deadlocks()) log.error("{}", deadlock.text);
//
//   deadlock of 2 fibers:
//     rent (spawned at bank.cpp:12) waits for Mutex 0x7ffd2b10, held by wages
//     wages (spawned at bank.cpp:13) waits for Mutex 0x7ffd2b40, held by rent
//   so these wait too:
//     main (the thread's own) waits for the end of rent
//
// What it reports is certain: only those waits count of which it is known who could end them,
// and a fiber is stuck when all of these are stuck, or have ended. Known are the holder of a Mutex
// or RLock; fibers that are joined, be it one, all or any of several; the members of a full Pool,
// or of a Group that is joined; the body of a Generator; and the users of a Channel that was
// reserved for them. Everything else, such as an Event, a Queue, a Semaphore (its permits have no
// owner), any other Channel, a Nursery or select(), might be ended by anybody, and whoever waits
// for it is not stuck; nor is one whose wait has a deadline, or that is inside of a Timeout or a
// CancelScope with a deadline. What interferes from outside does not count: kill(), cancel(),
// close(), or destroying what is waited for.
//
// Threads: of the hub that it is asked about.

#pragma once

#include <string>
#include <vector>

#include "gnet/fiber/scheduler.h"

namespace gnet::diag {

struct Deadlock {
  std::vector<std::string> fibers;   // those that wait for each other, by name
  std::vector<std::string> waiting;  // those that wait for them
  std::string text;                  // lines for people, as above
};

// All deadlocks among the fibers of a hub, the oldest fibers first. Takes time in proportion to
// the number of fibers.
[[nodiscard]] std::vector<Deadlock> find_deadlocks(
    detail::Scheduler& hub = detail::Scheduler::current());

}  // namespace gnet::diag
