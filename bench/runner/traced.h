// Counts of what a server does per echo, by tools that watch it.
//
// The server is run twice, for few and for many echoes, and the difference counted: start-up,
// accepting and the end cancel out, and the tool is there from the first instruction on, so that
// it changes nothing but the speed.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "bench/runner/bench.h"

namespace bench {

using Counts = std::map<std::string, double>;

// Runs the server under `wrapper`, has it do `echoes` round trips on so many connections, stops it,
// and reads the counts with `read`.
Counts count_per_echo(const Bench& bench, const Server& server, const Command& wrapper,
                      int connections, const std::function<Counts()>& read);

// Waits until `done` or five seconds have passed: strace writes its table after the server's end.
void wait_until(const std::function<bool()>& done);

// The calls of a `strace -c` table by name, and "total".
Counts parse_strace_table(const std::string& text);

}  // namespace bench
