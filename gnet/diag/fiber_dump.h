// What all fibers of a hub are doing, as text for people.
//
//   std::cerr << gnet::fiber_dump();
//
//   main (the thread's own): waiting for Event 0x7ffd2b1f
//   fiber-3 (spawned at tcp_server_factory.cpp:72): waiting for data on socket tcp://127.0.0.1:4001
//   fiber-7 (spawned at signal.cpp:120): running
//
// Threads: of the hub that it is asked about.

#pragma once

#include <string>

#include "gnet/fiber/hub.h"

namespace gnet {

// A line for each fiber that has not ended, with its end of line; oldest first.
[[nodiscard]] std::string fiber_dump(Hub& hub = Hub::current());

}  // namespace gnet
