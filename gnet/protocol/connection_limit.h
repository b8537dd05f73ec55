// How many connections may be alive at once, over all the servers that share it.
//
//   auto limit = std::make_shared<gnet::ConnectionLimit>(1000);
//   gnet::TCPServerFactory web("*:80", {.limit = limit});
//   gnet::TCPServerFactory secured("tls://*:443?cert=…", {.limit = limit});
//
// At the limit the servers pause accepting: what comes waits in the kernel's backlog, and nothing
// is held in hand.
//
// Threads: a ConnectionLimit belongs to the hub of its servers.

#pragma once

#include <cstddef>

#include "gnet/fiber/deadline.h"
#include "gnet/sync/wait_queue.h"

namespace gnet {

class ConnectionLimit {
 public:
  explicit ConnectionLimit(std::size_t most = 0) noexcept : most_(most) {}  // 0: no limit

  [[nodiscard]] std::size_t most() const noexcept { return most_; }

  // Another limit; connections above it live on.
  void set_most(std::size_t most);

  // Connections that count.
  [[nodiscard]] std::size_t active() const noexcept { return active_; }
  [[nodiscard]] bool full() const noexcept { return most_ > 0 && active_ >= most_; }

  // Suspends until a connection has ended or the limit has changed, at most until the deadline.
  void wait_for_change(Deadline deadline);

  // ---- for servers ----

  void take() noexcept { ++active_; }
  void give_back() noexcept;

 private:
  std::size_t most_;
  std::size_t active_ = 0;
  WaitQueue changed_;
};

}  // namespace gnet
