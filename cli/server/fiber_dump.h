// What the fibers of a server do, on standard error: of this thread, and of those that connections
// are spread over.
//
// Threads: hub 0 of the group.

#pragma once

#include <memory>

#include "gnet/os/hub_group.h"

namespace cli {

// The names of the other threads begin so.
inline constexpr const char* kThreadName = "gnet";

// Of the other threads, if there are any; suspends until they have answered.
void dump_other_fibers(const std::shared_ptr<gnet::HubGroup>& hubs);

// Of all threads, without waiting: one that is busy answers when it can.
void dump_all_fibers(const std::shared_ptr<gnet::HubGroup>& hubs);

}  // namespace cli
