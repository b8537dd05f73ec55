// How many connections a process can have.
//
//   commands::check_connections(options.connections.number);
//
// Threads: a function without state.

#pragma once

#include <cstdint>

namespace commands {

// Every connection is a file: asks the system for so many, where that is allowed. Throws UsageError
// for none, and for more than there can be; that is better told at once than when the last one has
// no descriptor.
void check_connections(std::uint64_t connections);

}  // namespace commands
