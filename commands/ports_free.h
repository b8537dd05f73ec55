// Ports that nobody has: gnet ports --free.
//
//   const FreePorts free = FreePorts::take(2, {50000, 61000}, query);
//   print(free.ports());      // and then they are let go

#pragma once

#include <cstdint>
#include <vector>

#include "cli/line/value.h"
#include "gnet/base/unique_fd.h"
#include "gnet/os/socket_table.h"

namespace commands {

class FreePorts {
 public:
  // So many different ones of the range that are free at every address and of every protocol of the
  // query; nobody else gets one while the object lives. They begin anywhere in the range. Throws
  // Failure: negative where there are not so many, listen where they may not be bound to, io where
  // files run out.
  [[nodiscard]] static FreePorts take(std::uint64_t count, cli::PortRange range,
                                      const gnet::SocketQuery& query);

  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }

 private:
  std::vector<std::uint16_t> ports_;
  std::vector<gnet::UniqueFd> held_;
};

}  // namespace commands
