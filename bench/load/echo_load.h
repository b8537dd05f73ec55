// A closed loop of echoes: N connections, each with one message under way at any time.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "bench/load/clock.h"
#include "bench/load/histogram.h"

namespace bench {

struct EchoPlan {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::size_t message_size = 64;
  std::uint64_t count = 0;     // round trips in all; 0: go on until the duration has passed
  double duration = 1.0;       // seconds of measurement
  double warm_up = 0.2;        // seconds before it; none with a count
  bool check_content = false;  // compare every byte, not only lengths
  pid_t server = 0;            // whose CPU time to report; 0: nobody's
};

struct EchoResult {
  std::uint64_t round_trips = 0;
  Nanoseconds elapsed = 0;
  Nanoseconds server_cpu = 0;
  Nanoseconds own_cpu = 0;
  Histogram latency;
};

EchoResult run_echo_load(const EchoPlan& plan);

}  // namespace bench
