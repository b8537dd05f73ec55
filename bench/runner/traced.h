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
// and reads the counts with `read`. `plan` goes to bench_load.
Counts count_per_echo(const Bench& bench, const Server& server, const Command& wrapper,
                      int connections, const std::function<Counts()>& read,
                      const Command& plan = {});

// Waits until `done` or five seconds have passed: strace writes its table after the server's end.
void wait_until(const std::function<bool()>& done);

// Instructions of the server outside the kernel per echo, counted by callgrind.
double instructions_per_echo(const Bench& bench, const Server& server, int connections,
                             const Command& plan = {});

// What callgrind has counted and left in this file, which is gone then.
double callgrind_total(const std::string& file);

// Its system calls per echo by name, and "total", counted by strace.
Counts system_calls_per_echo(const Bench& bench, const Server& server, int connections,
                             const Command& plan = {});

// The calls of a `strace -c` table by name, and "total".
Counts parse_strace_table(const std::string& text);

}  // namespace bench
