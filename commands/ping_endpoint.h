// A target of gnet ping that is an endpoint, and the way to it.
//
//   class PingConnection : public PingEndpoint {
//     PingAnswer send(std::uint64_t sequence, gnet::Deadline deadline) override {
//       dialler().open_stream();
//       …
//
// Threads: as PingProbe.

#pragma once

#include <cstdint>
#include <vector>

#include "cli/client/dialler.h"
#include "commands/ping_probe.h"
#include "gnet/link/open.h"

namespace commands {

class PingEndpoint : public PingProbe {
 public:
  PingEndpoint(const PingOptions& options, const gnet::Endpoint& endpoint, std::uint64_t largest);

 protected:
  [[nodiscard]] const cli::Dialler& dialler() const noexcept { return dialler_; }

 private:
  const cli::ClientOptions to_;
  const cli::ReconnectOptions retry_;
  const cli::Dialler dialler_;
};

// Adds a phase that has taken any time.
void add_phase(std::vector<PingPhase>& phases, const char* name, gnet::Duration time);

// Those of opening a connection.
[[nodiscard]] std::vector<PingPhase> phases_of(const gnet::link::OpenTimings& timings);

}  // namespace commands
