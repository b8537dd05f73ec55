// Relays to compare with, each on one thread where it has a choice, and what is at their far end.
//
// Those that are not installed are left out.

#pragma once

#include <optional>
#include <string>

#include "bench/runner/bench.h"
#include "bench/runner/certificate.h"

namespace bench {

// What a relay leads to: on the core of the load, as long as this lives.
class FarEnd {
 public:
  FarEnd(const Bench& bench, const Command& command);

  [[nodiscard]] const std::string& port() const noexcept { return port_; }

 private:
  Process process_;
  std::string port_;
};

// In C: program is "splice_relay" or "epoll_relay".
Server c_relay(const Bench& bench, const std::string& program, const FarEnd& to,
               const std::string& protocol);

// gnet bridge between two endpoints; the first one listens.
Server bridge(const Bench& bench, const std::string& protocol, const std::string& left,
              const std::string& right, const Command& more = {});

std::optional<Server> haproxy(const Bench& bench, const FarEnd& to, const std::string& protocol);

// With a process for each connection, and the buffer that it has by itself.
std::optional<Server> socat(const FarEnd& to, const std::string& protocol);

// TLS on the client's side of it, or on the server's.
std::optional<Server> stunnel(const Bench& bench, const FarEnd& to, const std::string& protocol,
                              const Certificate* certificate);

// Proxies of SOCKS 5: the tool's, and one with a thread for each connection.
Server proxy(const Bench& bench, const std::string& protocol);
std::optional<Server> microsocks(const std::string& protocol);

// `way` is ws-tcp or tcp-ws.
std::optional<Server> node_relay(const Bench& bench, const FarEnd& to, const std::string& protocol,
                                 const std::string& way);

}  // namespace bench
