// The table of a row that compares CPU time of servers.

#pragma once

#include <string>

#include "bench/runner/result.h"
#include "bench/runner/rounds.h"

namespace bench {

// Microseconds of the server's CPU time, user and system.
double cpu_per_round_trip(const LoadReport& report);

// A line for each server; `each` is what a round trip is called.
void add_cpu_subjects(const Rounds& rounds, const std::string& each, RowResult& result);

// gnet's value in a column, against a peer's. Skipped when the peer is not there.
Check against(const RowResult& result, const std::string& peer, const std::string& column,
              const std::string& what, Bound sense, double bound);

}  // namespace bench
