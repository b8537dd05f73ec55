// How a process is doing: what the kernel and its hubs say of it.
//
//   const VitalSigns signs = measure(hubs);
//
// Threads: as the hubs, from hub 0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "gnet/base/duration.h"
#include "gnet/os/hub_group.h"

namespace cli {

struct VitalSigns {
  gnet::Duration lag{};        // until a fiber that is ready runs, on the slowest hub
  std::size_t threads = 1;     // hubs
  std::size_t fibers = 0;      // on all of them
  std::size_t files = 0;       // open descriptors
  std::uint64_t resident = 0;  // bytes of memory
  gnet::Duration cpu{};        // used so far
};

// Asks every hub, and suspends until it has answered.
[[nodiscard]] VitalSigns measure(const std::shared_ptr<gnet::HubGroup>& hubs);

}  // namespace cli
