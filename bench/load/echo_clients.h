// A closed loop of echoes on one server, or of requests and their answers: N connections, each with
// one message under way.
//
//   EchoClients clients(server, {.connections = 64, .message_size = 64});
//   clients.run_for(200ms);                       // warm up
//   const Stretch stretch = clients.run_for(1s);  // round trips, time, CPU time of the server
//
// Between two runs nothing is under way, and the server rests.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/load/clock.h"
#include "bench/load/dialogue.h"
#include "gnet/base/histogram.h"

namespace bench {

struct EchoServer {
  std::uint16_t port = 0;  // on 127.0.0.1
  pid_t pid = 0;           // whose CPU time to read; 0: nobody's
};

struct Stretch {
  std::uint64_t round_trips = 0;  // of each request
  Nanoseconds elapsed = 0;
  Nanoseconds server_cpu = 0;
};

class EchoClients {
 public:
  // Connects them all. Throws std::system_error when that fails.
  EchoClients(const EchoServer& server, const Plan& plan);
  EchoClients(const EchoClients&) = delete;
  EchoClients& operator=(const EchoClients&) = delete;
  ~EchoClients();

  // Keeps every connection busy for so long, and then waits for what is under way.
  // Throws WrongEcho when the server does not do as it should.
  Stretch run_for(std::chrono::duration<double> time);

  // Makes so many round trips, on all connections together.
  Stretch run_count(std::uint64_t count);

  // Of all round trips so far.
  [[nodiscard]] const gnet::Histogram& latency() const noexcept;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace bench
